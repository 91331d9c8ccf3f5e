import { createRouter, createWebHistory, START_LOCATION, type RouteLocationNormalized } from 'vue-router';
import { lastBoard } from './live/lastBoard.ts';
import { firstRoom, mayEnter, ROOMS } from './navigation.ts';
import { useSession } from './stores/session.ts';

const BOARD = ROOMS.find((room) => room.name === 'alerts')!;

/** The rooms of the console. Every room but the front ones is fetched when it is entered. */
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./rooms/SignIn.vue'), meta: { open: true, bare: true } },
    { path: '/', name: 'alerts', component: () => import('./rooms/AlertBoard.vue'), meta: { title: 'nav.alerts' } },
    {
      path: '/home',
      name: 'home',
      component: () => import('./rooms/enterprise/EnterpriseHome.vue'),
      meta: { title: 'nav.home' },
    },
    { path: '/alerts/:id', name: 'alert', component: () => import('./rooms/AlertPage.vue'), meta: { title: 'alert.title' } },
    { path: '/duty', name: 'duty', component: () => import('./rooms/DutyRoom.vue'), meta: { title: 'nav.duty' } },
    {
      path: '/findings/:id',
      name: 'finding',
      component: () => import('./rooms/FindingPage.vue'),
      meta: { title: 'work.finding.page' },
    },
    { path: '/gates', name: 'gates', component: () => import('./rooms/GateBoard.vue'), meta: { title: 'nav.gates' } },
    { path: '/map', name: 'map', component: () => import('./rooms/MapRoom.vue'), meta: { title: 'nav.map' } },
    {
      path: '/photos',
      name: 'photos',
      component: () => import('./rooms/enterprise/PhotoRoom.vue'),
      meta: { title: 'nav.photos' },
    },
    {
      path: '/declarations',
      name: 'declarations',
      component: () => import('./rooms/enterprise/DeclarationRoom.vue'),
      meta: { title: 'nav.declarations' },
    },
    {
      path: '/deliveries',
      name: 'deliveries',
      component: () => import('./rooms/enterprise/DeliveryRoom.vue'),
      meta: { title: 'nav.deliveries' },
    },
    {
      path: '/quality',
      name: 'quality',
      component: () => import('./rooms/enterprise/QualityRoom.vue'),
      meta: { title: 'nav.quality' },
    },
    {
      path: '/disputes',
      name: 'disputes',
      component: () => import('./rooms/enterprise/DisputeList.vue'),
      meta: { title: 'nav.disputes' },
    },
    {
      path: '/findings',
      name: 'findings',
      component: () => import('./rooms/office/FindingList.vue'),
      meta: { title: 'nav.findings' },
    },
    {
      path: '/decisions',
      name: 'decisions',
      component: () => import('./rooms/office/DecisionList.vue'),
      meta: { title: 'nav.decisions' },
    },
    {
      path: '/observations',
      name: 'observations',
      component: () => import('./rooms/office/ObservationList.vue'),
      meta: { title: 'nav.observations' },
    },
    {
      path: '/responses',
      name: 'responses',
      component: () => import('./rooms/orders/ResponseList.vue'),
      meta: { title: 'nav.responses' },
    },
    {
      path: '/responses/new',
      name: 'response-new',
      component: () => import('./rooms/orders/ResponseForm.vue'),
      meta: { title: 'nav.responses' },
    },
    {
      path: '/responses/:id/:deed(raise|lower|area|extend|lift)',
      name: 'response-follow',
      component: () => import('./rooms/orders/ResponseForm.vue'),
      meta: { title: 'nav.responses' },
    },
    { path: '/zones', name: 'zones', component: () => import('./rooms/orders/ZoneList.vue'), meta: { title: 'nav.zones' } },
    {
      path: '/zones/new',
      name: 'zone-new',
      component: () => import('./rooms/orders/ZoneEditor.vue'),
      meta: { title: 'nav.zones' },
    },
    {
      path: '/zones/:id/edit',
      name: 'zone-edit',
      component: () => import('./rooms/orders/ZoneEditor.vue'),
      meta: { title: 'nav.zones' },
    },
    {
      path: '/overview',
      name: 'overview',
      component: () => import('./rooms/figures/DayOverview.vue'),
      meta: { title: 'nav.overview' },
    },
    {
      path: '/remote-sensing',
      name: 'remote-sensing',
      component: () => import('./rooms/figures/RemoteSensing.vue'),
      meta: { title: 'nav.remote-sensing' },
    },
    { path: '/urea', name: 'urea', component: () => import('./rooms/figures/UreaList.vue'), meta: { title: 'nav.urea' } },
    {
      path: '/urea/:number/:colour',
      name: 'urea-vehicle',
      component: () => import('./rooms/figures/UreaVehicle.vue'),
      meta: { title: 'nav.urea' },
    },
    {
      path: '/enterprises',
      name: 'enterprises',
      component: () => import('./rooms/accounts/EnterpriseList.vue'),
      meta: { title: 'nav.enterprises' },
      // An enterprise has one account to look at: its own.
      beforeEnter: (to) => {
        const { user } = useSession();
        if (user?.role !== 'enterprise') return true;
        return { name: 'enterprise', params: { id: user.enterpriseId ?? '-' }, query: to.query };
      },
    },
    {
      path: '/enterprises/:id',
      name: 'enterprise',
      component: () => import('./rooms/accounts/EnterprisePage.vue'),
      meta: { title: 'nav.enterprises' },
    },
    {
      path: '/enterprises/:id/rows',
      name: 'enterprise-rows',
      component: () => import('./rooms/accounts/EnterpriseRows.vue'),
      meta: { title: 'nav.enterprises' },
    },
    {
      path: '/enterprises/:id/report',
      name: 'enterprise-report',
      component: () => import('./rooms/accounts/EnterpriseReport.vue'),
      meta: { title: 'nav.enterprises' },
    },
    {
      path: '/ledgers/:ledger?',
      name: 'ledgers',
      component: () => import('./rooms/accounts/LedgerRoom.vue'),
      meta: { title: 'nav.ledgers' },
    },
    {
      path: '/machinery/:part?',
      name: 'machinery',
      component: () => import('./rooms/accounts/MachineryRoom.vue'),
      meta: { title: 'nav.machinery' },
    },
    {
      path: '/registry/:collection?',
      name: 'registry',
      component: () => import('./rooms/office/RegistryList.vue'),
      meta: { title: 'nav.registry' },
    },
    {
      path: '/policies',
      name: 'policies',
      component: () => import('./rooms/policy/PolicyList.vue'),
      meta: { title: 'nav.policies' },
    },
    {
      path: '/policies/:version',
      name: 'policy',
      component: () => import('./rooms/policy/PolicyPage.vue'),
      meta: { title: 'nav.policies' },
    },
    {
      path: '/policies/:version/edit',
      name: 'policy-edit',
      component: () => import('./rooms/policy/PolicyEdit.vue'),
      meta: { title: 'nav.policies' },
    },
    { path: '/jobs', name: 'jobs', component: () => import('./rooms/policy/JobList.vue'), meta: { title: 'nav.jobs' } },
    { path: '/jobs/:id', name: 'job', component: () => import('./rooms/policy/JobPage.vue'), meta: { title: 'nav.jobs' } },
    {
      path: '/phase-out',
      name: 'phase-out',
      component: () => import('./rooms/office/PhaseOutList.vue'),
      meta: { title: 'nav.phase-out' },
    },
    {
      path: '/devices',
      name: 'devices',
      component: () => import('./rooms/office/DeviceList.vue'),
      meta: { title: 'nav.devices' },
    },
    { path: '/users', name: 'users', component: () => import('./rooms/office/UserList.vue'), meta: { title: 'nav.users' } },
    { path: '/tokens', name: 'tokens', component: () => import('./rooms/office/TokenList.vue'), meta: { title: 'nav.tokens' } },
    {
      path: '/dead-letters',
      name: 'dead-letters',
      component: () => import('./rooms/office/DeadLetterList.vue'),
      meta: { title: 'nav.dead-letters' },
    },
    {
      path: '/audit-log',
      name: 'audit-log',
      component: () => import('./rooms/office/AuditLog.vue'),
      meta: { title: 'nav.audit-log' },
    },
    {
      path: '/vehicles/:number/:colour',
      name: 'vehicle',
      component: () => import('./rooms/VehicleStory.vue'),
      meta: { title: 'vehicle.title' },
    },
    {
      path: '/display/:gate',
      name: 'display',
      component: () => import('./rooms/GateDisplay.vue'),
      meta: { open: true, bare: true },
    },
    { path: '/:rest(.*)*', name: 'not-found', component: () => import('./rooms/NotFound.vue'), meta: { open: true } },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

/** Whether somebody begins here: just signed in, or the console's bare address was opened. A board that is loaded again stays. */
function begins(to: RouteLocationNormalized, from: RouteLocationNormalized): boolean {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const opened = from === START_LOCATION && entry?.type !== 'reload';
  return (opened || from.name === 'sign-in') && Object.keys(to.query).length === 0;
}

router.beforeEach(async (to, from) => {
  if (to.meta['open'] === true) return true;
  const session = useSession();
  // Without an answer the shell comes up all the same and says that the platform is away.
  const user = await session.ask().catch(() => 'unreachable' as const);
  if (user === 'unreachable') return true;
  if (user !== null) {
    const first = firstRoom(user.role);
    if (to.name !== 'alerts' || first.name === 'alerts') return true;
    return begins(to, from) || !mayEnter(user.role, BOARD) ? { path: first.to } : true;
  }
  return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
});

/** The console was renewed under an open page: the room's old file is gone, so the page is loaded anew, once. */
router.onError((error: unknown, to) => {
  if (!/dynamically imported module|Importing a module|Unable to preload/.test(String(error))) return;
  const mark = `cleanhaul.renewed:${to.fullPath}`;
  if (sessionStorage.getItem(mark) !== null) return;
  sessionStorage.setItem(mark, '1');
  location.assign(to.fullPath);
});

router.afterEach((to, from) => {
  if (from.name !== 'alerts' || to.name === 'alerts') return;
  const { open: _open, ...filters } = from.query;
  lastBoard.value = filters;
});
