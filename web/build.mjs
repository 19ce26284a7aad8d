// Bundles every page's script, every worker and every style sheet into static/build, which is never committed.
// src/pages/NAME.ts -> build/NAME.js, src/workers/NAME.ts -> build/workers/NAME.js, src/styles/NAME.css -> build/NAME.css
// A style sheet whose name begins with "_" is only imported by others.
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const OUT = "static/build";

async function entries(folder, ending, prefix = "") {
  const names = await readdir(join("src", folder)).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith(ending) && !name.endsWith(`.d${ending}`) && !name.startsWith("_"))
    .map((name) => ({ in: join("src", folder, name), out: prefix + name.slice(0, -ending.length) }));
}

const entryPoints = [
  ...(await entries("pages", ".ts")),
  ...(await entries("workers", ".ts", "workers/")),
  ...(await entries("styles", ".css")),
];

// The message catalogues (build/messages) are made by another step and stay.
await mkdir(OUT, { recursive: true });
for (const name of await readdir(OUT)) {
  if (name !== "messages") await rm(join(OUT, name), { recursive: true });
}
if (entryPoints.length > 0) {
  await build({
    entryPoints,
    outdir: OUT,
    bundle: true,
    format: "esm",
    target: ["chrome109", "firefox115", "safari16.4"],
    minify: true,
    sourcemap: true,
    charset: "utf8",
    legalComments: "linked",
    loader: { ".svg": "file", ".woff2": "file" },
    logLevel: "warning",
  });
}
console.log(`web: ${entryPoints.length} bundles in web/${OUT}`);
