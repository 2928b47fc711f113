// The binary under test, and the folder for what it writes.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.WSLOG;
export const repository = process.env.REPOSITORY;
export const folder = process.env.PAGES || mkdtempSync(join(tmpdir(), "wslog-pages-"));

// Runs `wslog analyze`; the status of a log with malformed lines is no error here.
function analyze(args) {
  try {
    return execFileSync(binary, ["analyze", ...args], { maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    if (error.status === 2 && error.stdout.length + 1 > 0) return error.stdout;
    throw error;
  }
}

export function json(...args) {
  return JSON.parse(analyze(["--output", "json", ...args]));
}

export function html(name, ...args) {
  const file = join(folder, `${name}.html`);
  analyze(["--output", "html", "--out", file, ...args]);
  return file;
}
