// The replay for the viewer of an auditor link. The replay fetches before it draws; by then every picture is marked.

import "./replay";
import { need } from "../dom";
import { mark, overlay, words } from "../watermark";

const viewer = document.body.dataset.viewer ?? "";
const text = (): string => words(viewer, new Date());
overlay(need<HTMLCanvasElement>("watermark"), text);
mark(need<HTMLCanvasElement>("canvas"), text);
