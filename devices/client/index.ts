export { fastClock, realClock, type DeviceClock } from './clock.ts';
export { createDevice, type Body, type Device, type DeviceEvents, type DeviceOptions } from './device.ts';
export { createGate, type Gate, type GateOptions, type Verdict } from './gate.ts';
export { defaultSettings, type DeviceSettings } from './settings.ts';
export { createUploader, type Uploader, type UploaderOptions } from './uploader.ts';
