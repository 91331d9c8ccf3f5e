import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { schemaFiles } from '../../../devices/contract/schema-files.ts';

const directory = new URL('../../../devices/contract/json-schema/', import.meta.url);

describe('The JSON Schema files', () => {
  it('are those that npm run build:contract writes now', () => {
    const written = Object.fromEntries(
      readdirSync(directory).map((name) => [name, readFileSync(new URL(name, directory), 'utf8')]),
    );
    expect(written).to.deep.equal(schemaFiles());
  });

  it('close no object, since unknown fields are ignored', () => {
    for (const [name, text] of Object.entries(schemaFiles())) expect(text, name).to.not.include('additionalProperties": false');
  });

  it('tell the bounds that the contract writes', () => {
    const files = schemaFiles();
    const sighting = JSON.parse(files['checkpoint.sighting.json'] ?? '{}') as {
      properties: Record<string, unknown>;
      required: string[];
    };
    expect(sighting.properties.heading).to.include({ minimum: 0, exclusiveMaximum: 360 });
    expect(sighting.properties.lane).to.include({ maxLength: 64 });
    expect(sighting.required).to.deep.equal(['id', 'at', 'plate']);
    expect(JSON.parse(files['on-board.telemetry.json'] ?? '{}')).to.nested.include({ 'properties.samples.maxItems': 60 });
  });
});
