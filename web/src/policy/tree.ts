/** Policies as trees of values, by dotted paths; a list is one value unless its members are objects. */

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a path; undefined where nothing does. */
export function valueAt(tree: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (at as Tree | undefined)?.[name], tree);
}

/** Puts a value at a path, making what is missing on the way; undefined takes it away. */
export function putAt(tree: unknown, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop()!;
  let at = tree as Tree;
  for (const name of names) at = (at[name] ??= {}) as Tree;
  if (value === undefined && !Array.isArray(at)) delete at[last];
  else at[last] = value;
}

/** A copy that shares nothing, of what JSON can say. */
export const copyOf = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The paths in which two trees differ; lists are compared as wholes. */
export function differing(a: unknown, b: unknown, path: string[] = []): string[] {
  if (isTree(a) && isTree(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) => differing(a[name], b[name], [...path, name]));
  return same(a, b) ? [] : [path.join('.')];
}

/**
 * Brings together what two people made of the same tree: what only one changed is as they want it; where both did, it is as `mine` wants.
 * @returns the tree, the paths that changed by `theirs`, and those of them in which both said something else
 */
export function merge<T>(base: T, mine: T, theirs: T): { merged: T; changed: string[]; disputed: string[] } {
  const merged = copyOf(mine);
  const changed = differing(base, theirs);
  const own = differing(base, mine);
  const disputed: string[] = [];
  for (const path of changed) {
    if (same(valueAt(mine, path), valueAt(theirs, path))) continue;
    const overlaps = own.some((one) => one === path || one.startsWith(`${path}.`) || path.startsWith(`${one}.`));
    if (overlaps) disputed.push(path);
    else putAt(merged, path, copyOf(valueAt(theirs, path)));
  }
  return { merged, changed, disputed };
}

/**
 * A number as people type one: thousands apart by commas or blanks, full-width digits, a minus of any kind. What is no number stays as it
 * was typed, for the platform to say so; nothing typed is null.
 */
export function typedNumber(text: string): number | string | null {
  const plain = text.normalize('NFKC').replace(/[\s,]/g, '').replace(/^[−–]/, '-');
  if (plain === '') return null;
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : text;
}
