// One's own picture on the account page: shown before it is saved, and what is too large is said before it is sent.
// Without this script the form works all the same; the server decides.

import { ref, setFace, setText, show } from "./dom";
import { t } from "./i18n";
import { LIMITS } from "./wire.gen";

const KINDS = new Set(["image/png", "image/jpeg", "image/webp"]);

export function portraitForm(): void {
  const input = ref<HTMLInputElement>("portrait-file");
  const shown = ref("portrait-preview");
  const save = ref<HTMLButtonElement>("portrait-save");
  if (input === null || shown === null || save === null) return;
  const before = [...shown.childNodes];
  let address = "";
  save.disabled = true;
  input.addEventListener("change", () => {
    if (address !== "") URL.revokeObjectURL(address);
    address = "";
    const file = input.files?.[0];
    const fault = file === undefined ? "" : faultOf(file);
    setText(ref("portrait-fault-text"), fault);
    show(ref("portrait-fault"), fault !== "");
    const good = file !== undefined && fault === "";
    save.disabled = !good;
    delete shown.dataset.face;
    if (!good) {
      shown.replaceChildren(...before);
      return;
    }
    address = URL.createObjectURL(file);
    setFace(shown, "", address);
    save.focus();
  });
}

function faultOf(file: File): string {
  if (file.size > LIMITS.PORTRAIT_UPLOAD_MAX_BYTES) return t("That file is too large. Choose a picture of at most 8 MB.");
  // Some systems tell no type: then the server looks.
  if (file.type !== "" && !KINDS.has(file.type)) return t("That is not a picture we can read. Choose a PNG, JPEG or WebP file.");
  return "";
}
