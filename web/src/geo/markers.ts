import L from 'leaflet';
import type { Severity } from '../api/types.ts';

/** Marks on the map as small drawings. Shapes say the kind, so that colour is never alone. No inline style: the content security policy forbids it. */

const DEVICE_SHAPES: Record<string, string> = {
  gate: '<path d="M2.5 13V3.5M2.5 5.5l11-2.5v2.5l-11 2.5z"/>',
  'remote-sensing': '<circle cx="8" cy="8" r="2"/><path d="M3.8 3.8a6 6 0 0 0 0 8.4M12.2 3.8a6 6 0 0 1 0 8.4" fill="none"/>',
  checkpoint: '<path d="M2 5h8v6H2zM10 7l4-2v6l-4-2z"/>',
  'on-board': '<path d="M2 5h7v6H2zM9 7h3l2 2v2H9z"/>',
  'urea-pump': '<path d="M8 2c3 4 4.5 6 4.5 8a4.5 4.5 0 0 1-9 0C3.5 8 5 6 8 2z"/>',
  'machinery-gate': '<path d="M3 13h9M4 13V8h5l4-4"/>',
};

const ALERT_SHAPES: Record<Severity, string> = {
  critical: '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/>',
  warning: '<path d="M12 2.5 22.5 21h-21z"/>',
  info: '<circle cx="12" cy="12" r="9"/>',
};

/** A device by its kind. */
export function deviceMarker(kind: string, off: boolean): L.DivIcon {
  const shape = DEVICE_SHAPES[kind] ?? '<circle cx="8" cy="8" r="4"/>';
  return L.divIcon({
    className: `device-mark ${off ? 'off' : ''}`,
    html: `<svg viewBox="0 0 16 16" aria-hidden="true">${shape}</svg>`,
    iconSize: [18, 18],
  });
}

/** Alerts at one place: shape and colour of the worst, their number if more than one; quiet where all may still be taken back. */
export function alertMarker(severity: Severity, count: number, selected: boolean, quiet: boolean): L.DivIcon {
  const number = count > 1 ? `<b>${count > 99 ? '99+' : String(count)}</b>` : '';
  return L.divIcon({
    className: `alert-mark ${severity} ${selected ? 'selected' : ''} ${quiet ? 'quiet' : ''}`,
    html: `<svg viewBox="0 0 24 24" aria-hidden="true">${ALERT_SHAPES[severity]}</svg>${number}`,
    iconSize: [26, 26],
    // Above its device, so that both are seen.
    iconAnchor: [13, 31],
  });
}

/** A county's name. */
export function label(text: string): L.DivIcon {
  const node = document.createElement('span');
  node.textContent = text;
  return L.divIcon({ className: 'county-name', html: node, iconSize: [80, 16] });
}

/** Two lines of a tooltip, as nodes: nothing of the platform's texts is ever taken for HTML. */
export function textNode(strong: string, small: string): HTMLElement {
  const node = document.createElement('div');
  const lines: [tag: 'strong' | 'small', text: string][] = [
    ['strong', strong],
    ['small', small],
  ];
  for (const [tag, text] of lines) node.appendChild(document.createElement(tag)).textContent = text;
  return node;
}
