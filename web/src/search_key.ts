// "/" puts the cursor into the search field of pages of people who are signed in.

import { ref, typing } from "./dom";

/** Wire the key. */
export function searchKey(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing()) return;
    const field = ref<HTMLInputElement>("search");
    if (field === null) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
