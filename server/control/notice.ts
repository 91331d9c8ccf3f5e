import { DAY, formatInstant } from '../../devices/contract/instant.ts';
import { seesPlace } from '../alerts/scope.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { ControlNotice } from '../http/contract/control.ts';
import type { PolicyBook } from '../intake/policy-book.ts';
import { responseInForce, responseWindows } from '../policy/responses.ts';
import type { Policy, ResponseRow, ResponseWindow } from '../policy/types.ts';
import { allInForce, inForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { stretchesOf } from '../responses/book.ts';
import { basisOf, proposalUnder } from '../rules/basis.ts';
import { hasSpur } from '../rules/emission-standard.ts';
import { isBannedUnder } from '../rules/nonroad-registration.ts';
import { isBulkUnit, levelFor } from '../rules/peak-shift.ts';
import type { DeviceFacts, EnterpriseFacts } from '../rules/types.ts';
import { requirementsOf } from './requirements.ts';

export interface NoticeDeps {
  registry: Pick<RegistryReader, 'sync' | 'allEnterprises' | 'responses' | 'devicesOfEnterprise' | 'declarations' | 'machinery'>;
  policies: Pick<PolicyBook, 'at' | 'between'>;
  clock: Clock;
}

/** How far ahead is looked: orders and policies are not published years before they begin. */
const AHEAD = 3660 * DAY;

/** What an enterprise must heed now: the response in force at its place with its measures, the requirements of every day, its sites. */
export function createControlNotice({ registry, policies, clock }: NoticeDeps) {
  async function sitesOf(enterprise: EnterpriseFacts, rows: readonly ResponseRow[], policy: Policy, now: number) {
    const devices = (await registry.devicesOfEnterprise([enterprise.id])).get(enterprise.id) ?? [];
    const sites = allInForce(devices, now, now)
      .map(({ facts }) => facts)
      .filter((d) => d.kind === 'machinery-gate' && d.enabled && d.enterpriseId === enterprise.id);
    const declared = await registry.declarations(sites.map(({ id }) => id));
    const codesAt = (site: string) => allInForce(declared.get(site) ?? [], now, now).map(({ facts }) => facts.registrationCode);
    const machines = await registry.machinery(sites.flatMap(({ id }) => codesAt(id)));
    return sites.map(({ id, nameZh, minStage, county: own }: DeviceFacts) => {
      // A site's machinery is judged where it works; its enterprise may have its seat elsewhere.
      const county = own ?? enterprise.county;
      const level = responseInForce(rows, county, now, now)?.level;
      const codes = [...new Set(codesAt(id))];
      const banned = codes.filter((code) => {
        const machine = inForce(machines.get(code) ?? [], now, now)?.facts;
        return machine !== undefined && isBannedUnder(machine, level, policy);
      });
      return {
        id,
        nameZh,
        county,
        ...(minStage !== undefined && { minStage }),
        ahead: stretchesOf(rows, county, now),
        declared: codes.length,
        banned: banned.length,
      };
    });
  }

  return {
    /** @throws AppError 404 `unknown-enterprise`, also where it is beyond the reader's scope */
    async of(id: string | undefined, actor: Actor): Promise<ControlNotice> {
      await registry.sync();
      const now = clock.now();
      const own = id ?? actor.enterpriseId;
      const enterprise = allInForce(await registry.allEnterprises(), now, now).find(({ facts }) => facts.id === own)?.facts;
      if (!enterprise || !seesPlace(actor, enterprise.county, enterprise.id))
        throw new AppError(404, 'unknown-enterprise', {
          zh: '没有这家企业，或不在您的范围内',
          en: 'there is no such enterprise in your scope',
        });
      const policy = policies.at(now, now);
      const rows = (await registry.responses()).filter((row) => row.recordedAt <= now);
      const windows = responseWindows(rows, enterprise.county, now, now + AHEAD, now);
      const begun = windows.find(({ from, to }) => from <= now && now < (to ?? Infinity));
      const limits = policy.rules['peak-shift'];
      const machines = policy.rules['nonroad-registration'];
      return {
        asOf: formatInstant(now),
        enterprise: shown(enterprise, policy, now),
        policyVersion: policy.version,
        now: begun ? underLevel(begun, enterprise, policy, now) : null,
        ahead: windows
          .filter(({ from }) => from > now)
          .map((window) => underLevel(window, enterprise, policies.at(window.from, now), window.from)),
        basis: basisOf(policy, limits.basis),
        exempt: { uses: [...limits.exemptUse], types: [...limits.exemptTypes] },
        requirements: requirementsOf(enterprise, policies.between(now, now + AHEAD, now), now),
        machinery: {
          levels: [...machines.levels],
          stageMax: machines.stageMax,
          sites: await sitesOf(enterprise, rows, policy, now),
        },
      };
    },
  };
}
export type ControlNoticeReader = ReturnType<typeof createControlNotice>;

function shown(enterprise: EnterpriseFacts, policy: Policy, now: number): ControlNotice['enterprise'] {
  const { id, nameZh, nameEn, county, industry, annualFreightTonnes, dailyTruckPasses, cleanTransport } = enterprise;
  return {
    id,
    nameZh,
    ...(nameEn !== undefined && { nameEn }),
    county,
    industry,
    annualFreightTonnes,
    dailyTruckPasses,
    cleanTransport: cleanTransport ?? null,
    railSpurInUse: hasSpur(enterprise, now),
    bulk: isBulkUnit(enterprise, policy),
  };
}

/** A response with every measure of the level the enterprise is under, also those laid on bulk units only. */
function underLevel(
  { id, level, from, to, reference }: ResponseWindow,
  enterprise: EnterpriseFacts,
  policy: Policy,
  at: number,
): NonNullable<ControlNotice['now']> {
  const limits = policy.rules['peak-shift'];
  const heeds = levelFor(enterprise, level, policy);
  const bulk = isBulkUnit(enterprise, policy);
  return {
    id,
    level,
    from: formatInstant(from),
    ...(to !== undefined && { to: formatInstant(to) }),
    reference,
    heeds,
    proposal: proposalUnder(basisOf(policy, limits.basis), limits.proposal, at),
    measures: limits.measures[heeds].map(({ zh, en, bulkUnitsOnly }) => ({
      zh,
      en,
      bulkUnitsOnly,
      binds: bulk || !bulkUnitsOnly,
    })),
  };
}
