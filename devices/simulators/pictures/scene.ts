import type { Image, PlateColor } from '../../contract/messages.ts';

export type Role = Image['role'];

/** What stands before the camera. */
export type Body = 'tipper' | 'fence' | 'box' | 'tractor' | 'light' | 'car' | 'machine';
export type Load = 'empty' | 'coal' | 'covered' | 'steel';
export type Weather = 'clear' | 'cloudy' | 'rain' | 'snow' | 'fog';
export type Place = 'gate' | 'road' | 'station' | 'site';

export interface Subject {
  /** What the plate really says; '' where none is fitted. */
  number: string;
  color: PlateColor;
  body: Body;
  /** Two, three or more axles in all. */
  axles: number;
  load: Load;
  /** Cab colour, dirt and dents follow from it: the same vehicle looks the same in every picture. */
  look: string;
}

/** All that a picture shows. The same scene gives the same bytes. */
export interface Scene {
  role: Role;
  subject: Subject;
  place: Place;
  /** By the device's clock, ms. */
  at: number;
  weather: Weather;
  deviceId: string;
  /** Burnt into the picture: name of the place, and words behind it (lane, direction, speed). */
  title: string;
  words: string[];
  /** Gates with a barrier: whether it stands open. */
  barrier?: 'closed' | 'open';
}
