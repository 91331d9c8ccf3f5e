import { formatInstant, HOUR } from '../../../contract/instant.ts';
import type { PlateColor } from '../../../contract/messages.ts';
import { asksNothing, type Plant } from './tools.ts';

/** What cameras make of plates, and plates that do not go with their vehicles. */
export const identityPlants: Plant = ({
  make,
  invent,
  some,
  several,
  call,
  journey,
  commit,
  caught,
  honest,
  works,
  level,
  world,
  city,
  random,
}) => {
  const quiet = (h: number) =>
    works((e) => asksNothing(e) && !['orange', 'red'].includes(level(e, h)) && !['orange', 'red'].includes(level(e, h + 1.5)));
  const at = (plant: (h: number, enterpriseId: string) => void) => {
    const h = some(6.2, 22);
    plant(h, quiet(h).id);
  };
  const read = world.plates.read;

  several(() =>
    at((h, e) => {
      const v = make.heavyDiesel('6');
      const plate = { ...read(v), number: invent.confusable(v.number), confidence: 0.71 };
      const j = call(v, h, e, { read: 'misread', plate });
      caught('plate-misread', j, 'identification', 'plate-corrected', `read as ${plate.number}`);
    }),
  );
  several(() =>
    at((h, e) =>
      caught(
        'unregistered', call(make.heavyDiesel('6', { registered: false }), h, e), 'identification', 'unregistered-vehicle',
        'of another province, unknown here',
      ),
    ),
  ); // prettier-ignore
  several(() =>
    at((h, e) => caught('stage-unknown', call(make.heavyDiesel('unknown'), h, e), 'identification', 'stage-unknown', 'nobody knows its stage')),
  ); // prettier-ignore
  at((h, e) =>
    honest('stage-of-a-car-unknown', call(make.car({ stage: 'unknown', fuel: 'A', color: 'blue', plateType: '02', number: invent.ordinary() }), h, e), 'identification', 'a car: only goods vehicles are asked'),
  ); // prettier-ignore
  several(() =>
    at((h, e) => {
      const plate = { number: invent.trailer(), color: 'yellow', type: '15', confidence: 0.95, source: 'camera' } as const;
      const j = call(make.heavyDiesel('3', { registered: false }), h, e, { read: 'trailer', plate });
      const more = { plate: { number: plate.number, color: 'yellow' } };
      caught('trailer-plate', j, 'identification', 'trailer-plate', 'the camera saw the trailer', more);
      honest('trailer-plate', j, 'phase-out', 'a trailer has no stage', more);
    }),
  );
  several(() =>
    at((h, e) => {
      const plate = { number: random.pick(['', '无牌']), color: 'other', source: 'camera' } as const;
      const j = call(make.heavyDiesel('6', { registered: false }), h, e, { read: 'unplated', plate });
      caught('unplated', j, 'identification', 'unplated-vehicle', 'no plate', { plate: { number: '', color: 'other' } });
    }),
  );
  at((h, e) => {
    const v = make.heavyDiesel('6');
    const plate = { ...read(v), number: v.number.slice(0, 5), confidence: 0.4 };
    const j = call(v, h, e, { read: 'invalid', plate });
    caught('plate-cut-off', j, 'identification', 'invalid-plate', 'half of the plate was hidden', { plate });
  });
  at((h, e) => {
    const v = make.heavyDiesel('6');
    const n = v.number;
    const spelled = random.pick([`${n.slice(0, 2)}·${n.slice(2)}`, ` ${n.slice(0, 4)} ${n.slice(4)}`, wide(n), `${n.slice(0, 2)}.${n.slice(2).toLowerCase()}`]); // prettier-ignore
    honest(
      'plate-spelled-otherwise',
      call(v, h, e, { plate: { ...read(v), number: spelled } }),
      'identification',
      `sent as “${spelled}”`,
    );
  });

  several(() =>
    at((h, e) => {
      const j = call(make.car({ fuel: 'A', color: 'blue', plateType: '02', stage: '5', number: invent.ordinary() }), h, e, { seenType: random.pick(['H31', 'goods', 'Q11']) });
      caught('plate-of-another-class', j, 'attribute-mismatch', 'class-differs', 'a car’s plate on a truck');
    }),
  ); // prettier-ignore
  at((h, e) =>
    honest('trailer-seen', call(make.heavyDiesel('6'), h, e, { saidType: random.pick(['trailer', 'B11']) }), 'attribute-mismatch', 'a trailer behind a truck is no contradiction'),
  ); // prettier-ignore
  at((h, e) =>
    honest(
      'strange-word',
      call(make.heavyDiesel('6'), h, e, { saidType: 'lorry' }),
      'attribute-mismatch',
      'a word that says nothing',
    ),
  );
  several(() =>
    at((h, e) => {
      const v = make.heavyDiesel('6');
      const color: PlateColor = random.pick(['blue', 'white', 'black']);
      const j = call(v, h, e, { read: 'other-color', plate: { ...read(v), color } });
      const more = { plate: { number: v.number, color } };
      caught('plate-of-another-colour', j, 'attribute-mismatch', 'color-differs', `registered yellow, read ${color}`, more);
    }),
  );
  at((h, e) => {
    const v = make.heavyDiesel('6');
    const j = call(v, h, e, { plate: { ...read(v), color: 'other' } });
    honest('colour-not-seen', j, 'attribute-mismatch', 'the camera could not tell the colour');
  });
  const green = { number: '', color: 'green', plateType: '52' } as const;
  several(() =>
    at((h, e) => {
      const v = make.light('6', { ...green, number: invent.smallNewEnergy() });
      caught('green-plate-on-diesel', call(v, h, e), 'attribute-mismatch', 'fuel-differs', 'a new-energy plate on a diesel');
    }),
  );
  at((h, e) => {
    const v = make.light('6', { ...green, number: invent.smallNewEnergy(), fuel: 'AC' });
    const j = call(v, h, e);
    const { node } = city.enterprise(e);
    const seen = journey(v, node, (j.time - world.dayStart) / HOUR + 0.1).driveTo(node === 'ringSE' ? 'ringE' : 'ringSE');
    commit(seen);
    honest('green-plate-on-hybrid', j, 'attribute-mismatch', 'a plug-in hybrid', { to: formatInstant(seen.time) });
  });
};

/** In full-width characters, as some cameras write. */
function wide(number: string): string {
  return [...number].map((c) => (/[0-9A-Z]/.test(c) ? String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0) : c)).join('');
}
