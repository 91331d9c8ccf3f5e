/** The platform's sentences of why a finding was taken back, by the console's own keys. One that is newer is shown as it is. */
const SENTENCES: [RegExp, string][] = [
  [/^local business/, 'local-business'],
  [/^no sighting of the day/, 'not-listed'],
  [/^the vehicle.s history/, 'history'],
  [/^samples or fills/, 'samples'],
  [/^the decision the gate had/, 'decision'],
  [/lies between the two passes$/, 'between'],
  [/^samples of the 24 h/, 'terminal'],
  [/^the messages of the day/, 'messages'],
  [/^a message that came later/, 'ledger'],
  [/^the pictures were there/, 'pictures'],
  [/^no observation of the day is off/, 'route'],
  [/^the rows that met the ban/, 'corrected'],
];

/** The key of a sentence; undefined when it is not known. */
export function withdrawnKey(sentence: string): string | undefined {
  return SENTENCES.find(([pattern]) => pattern.test(sentence))?.[1];
}
