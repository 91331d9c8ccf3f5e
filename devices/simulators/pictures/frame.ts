import type { Subject } from './scene.ts';

/** A truck's measures in metres; its front stands at z = 0, it reaches away from the viewer. */
export interface Frame {
  half: number;
  cab: { depth: number; top: number; floor: number; roof: number };
  bed: { from: number; to: number; floor: number; top: number };
  wheels: number[];
  radius: number;
}

/** The measures of a subject: semi-trailers, rigid trucks of two to four axles, light trucks. */
export function frameOf({ body, axles }: Pick<Subject, 'body' | 'axles'>): Frame {
  if (body === 'light')
    return {
      half: 0.98,
      cab: { depth: 1.55, top: 2.12, floor: 0.5, roof: 0.08 },
      bed: { from: 1.7, to: 5.4, floor: 0.95, top: 1.5 },
      wheels: [1.0, 4.3],
      radius: 0.38,
    };
  const cab = { depth: 2.1, top: 3.0, floor: 0.75, roof: 0.55 };
  if (body === 'tractor') {
    const rear = [12.9, 11.6, 10.3].slice(0, Math.max(1, axles - 3));
    return {
      half: 1.25,
      cab,
      bed: { from: 2.9, to: 14.6, floor: 1.35, top: 3.15 },
      wheels: [1.35, 3.7, ...(axles > 4 ? [5.0] : []), ...rear],
      radius: 0.52,
    };
  }
  const long = axles > 3 ? 10.2 : axles > 2 ? 9.2 : 7.6;
  const rear = axles > 2 ? [long - 1.5, long - 2.85] : [long - 2.1];
  return {
    half: 1.22,
    cab: { ...cab, roof: 0.3 },
    bed: { from: 2.3, to: long, floor: 1.25, top: body === 'box' ? 3.5 : body === 'fence' ? 3.1 : 2.75 },
    wheels: [1.3, ...(axles > 3 ? [3.1] : []), ...rear],
    radius: 0.5,
  };
}
