"""The WebRTC plane: encoded media is guarded, forwarded and tapped, never decoded."""
