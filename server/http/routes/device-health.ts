import { Router } from 'express';
import type { DeviceHealthList } from '../../audit/device-health.ts';
import { actorOf, allow } from '../access.ts';
import { DEVICE_HEALTH_COLUMNS } from '../columns.ts';
import { sendSmallList } from '../small-list.ts';

/** `GET /devices/health`: how the devices in the caller's scope are. */
export function deviceHealthRouter({ health }: { health: DeviceHealthList }): Router {
  const router = Router();
  router.get('/devices/health', allow('devices:health'), async (req, res) => {
    const { items, asOf } = await health.list(actorOf(req));
    await sendSmallList(req, res, items, {
      key: ({ kind, id }) => `${kind}/${id}`,
      name: 'devices-health',
      columns: DEVICE_HEALTH_COLUMNS,
      now: asOf,
    });
  });
  return router;
}
