import type { Activated } from './policy.ts';
import type { Book, Declaration, Device, Enterprise, Machine, Permit, Response, Row, Vehicle, Zone } from './registry.ts';

/** All that a country has registered. */
export interface World {
  vehicles: Book<Vehicle>;
  enterprises: Book<Enterprise>;
  devices: Book<Device>;
  zones: Book<Zone>;
  permits: Book<Permit>;
  /** Never corrected, only followed: `from` is the start. */
  responses: Row<Response>[];
  machinery: Book<Machine>;
  declarations: Book<Declaration>;
  /** A policy that follows the built-in one. */
  later?: Activated;
}
