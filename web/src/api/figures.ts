import type { DayFigures, RemoteSensingFigures, UreaStory, UreaVehicle } from '../../../server/http/contract/figures.ts';
import { call, query } from './client.ts';

export type { DayFigures, RemoteSensingFigures, UreaStory, UreaVehicle };
const id = encodeURIComponent;

/** The figures of the bureau. @throws ApiError */
export const figures = {
  day: (date: string | undefined, signal: AbortSignal) => call<DayFigures>(`/figures/day${query({ date })}`, { signal }),
  remoteSensing: (asked: Record<string, string>, signal: AbortSignal) =>
    call<RemoteSensingFigures>(`/figures/remote-sensing${query(asked)}`, { signal }),
  urea: (number: string, colour: string, asked: Record<string, string>, signal: AbortSignal) =>
    call<UreaStory>(`/vehicles/${id(number)}/${id(colour)}/urea${query(asked)}`, { signal }),
};
