/** Path text, without a file system. All results are absolute unless said; `/` never ends one but the root itself. */

const unclean = /\/\/|\/\.\.?(?:\/|$)|[^/]\/$/;

/** True for an absolute path without `.`, `..`, `//` or a trailing `/`. */
export function isClean(path: string): boolean {
  return path.charCodeAt(0) === 47 && !unclean.test(path);
}

/**
 * Collapses `.`, `..`, `//` and a trailing `/` by text alone; `..` at the root stays there. It does not look for symlinks,
 * so it is `cd`'s logical rule: to reach a file, hand the path to the mount table as it is.
 */
export function normalise(path: string): string {
  if (isClean(path)) return path;
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") out.pop();
    else out.push(part);
  }
  return `/${out.join("/")}`;
}

/** `path` if absolute, else below `base`. Keeps `..` and a trailing `/`: they mean something to a symlink. */
export function join(base: string, path: string): string {
  if (path.charCodeAt(0) === 47) return path;
  return base.endsWith("/") ? base + path : `${base}/${path}`;
}

/** As dirname(1), on any path: `.` for a bare name. */
export function dirname(path: string): string {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === 47) end--;
  const slash = path.lastIndexOf("/", end - 1);
  if (slash < 0) return ".";
  let cut = slash;
  while (cut > 0 && path.charCodeAt(cut - 1) === 47) cut--;
  return cut === 0 ? "/" : path.slice(0, cut);
}

/** As basename(1), on any path: the last name without slashes; `/` for the root, empty for an empty path. */
export function basename(path: string): string {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === 47) end--;
  if (end === 1 && path.charCodeAt(0) === 47) return "/";
  return path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

/** True if `path` is `root` or lies below it. Both clean. */
export function isWithin(path: string, root: string): boolean {
  if (root === "/") return true;
  return path.startsWith(root) && (path.length === root.length || path.charCodeAt(root.length) === 47);
}

/** One clean path from a clean directory and a name. */
export function child(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
