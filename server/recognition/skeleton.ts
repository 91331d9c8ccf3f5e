/** Characters that cameras take for each other. The groups are disjoint, so a number's skeleton finds all its possible misreads. */
const CONFUSABLE_GROUPS = ['0DQ', '8B', '2Z', '5S', '17TL', '6G', '4A', 'MN', 'VY', 'UJ'];

const FIRST_OF_GROUP = new Map<string, string>(
  CONFUSABLE_GROUPS.flatMap((group) => [...group].map((character): [string, string] => [character, group.charAt(0)])),
);

/** The number with every character replaced by the first of its confusable group: equal for a number and all its misreads. */
export function skeletonOf(number: string): string {
  let skeleton = '';
  for (const character of number) skeleton += FIRST_OF_GROUP.get(character) ?? character;
  return skeleton;
}

/** Whether two numbers of one length (in code points) differ in exactly one place, and there by a confusable pair. */
export function differsByOneConfusable(a: string, b: string): boolean {
  const left = [...a];
  const right = [...b];
  if (left.length !== right.length) return false;
  let differing = 0;
  for (const [i, character] of left.entries()) {
    const other = right[i] as string;
    if (character === other) continue;
    const group = FIRST_OF_GROUP.get(character);
    if (group === undefined || group !== FIRST_OF_GROUP.get(other)) return false;
    differing += 1;
  }
  return differing === 1;
}

/** The numbers that differ from this one in exactly one place, and there by a confusable pair. */
export function confusablesOf(number: string): string[] {
  const characters = [...number];
  return characters.flatMap((character, i) => {
    const group = CONFUSABLE_GROUPS.find((it) => it.includes(character));
    return [...(group ?? '')]
      .filter((other) => other !== character)
      .map((other) => [...characters.slice(0, i), other, ...characters.slice(i + 1)].join(''));
  });
}
