import { expect } from 'chai';
import { createBrokerAccounts, sha256 } from '../../../server/embedded/broker-accounts.ts';
import type { DeviceAccount } from '../../../server/embedded/broker-messages.ts';

describe("the broker's view of the accounts", () => {
  const setUp = () => {
    const state = {
      now: 1_000,
      asked: 0,
      away: false,
      account: { enabled: true, secretsSha256: [sha256('a'), sha256('b')] } as DeviceAccount | null,
    };
    const accounts = createBrokerAccounts(
      async () => {
        state.asked++;
        if (state.away) throw new Error('away');
        return state.account;
      },
      () => state.now,
    );
    const check = (password: string) => accounts.check('gate/G1', Buffer.from(password));
    return { state, accounts, check };
  };

  it('knows either of two secrets', async () => {
    const { check } = setUp();
    expect(await check('a')).equal(sha256('a'));
    expect(await check('b')).equal(sha256('b'));
    expect(await check('c')).equal(null);
    expect(await check('')).equal(null);
  });

  it('asks once for a storm of connections, and again after two seconds', async () => {
    const { state, check } = setUp();
    for (let i = 0; i < 10; i++) await check('a');
    expect(state.asked).equal(1);
    state.now += 2_000;
    await check('a');
    expect(state.asked).equal(2);
  });

  it('asks afresh after it was told to forget', async () => {
    const { state, accounts, check } = setUp();
    await check('a');
    state.account = null;
    accounts.forget();
    expect(await check('a')).equal(null);
  });

  it('lets in by what it remembers while the registry is away, and nobody it does not know', async () => {
    const { state, accounts, check } = setUp();
    await check('a');
    state.away = true;
    state.now += 60_000;
    accounts.forget();
    expect(await check('a')).equal(sha256('a'));
    expect(await check('x')).equal(null);
    expect(
      await accounts.check('gate/G2', Buffer.from('a')).then(
        () => 'answered',
        () => 'threw',
      ),
    ).equal('threw');
  });

  it('ends what is disabled, gone or replaced, but nothing while it cannot know', async () => {
    const { state, accounts } = setUp();
    const valid = () => accounts.stillValid('gate/G1', sha256('a'));
    expect(await valid()).equal(true);
    state.account = { enabled: true, secretsSha256: [sha256('b')] };
    expect(await valid()).equal(false);
    state.account = { enabled: false, secretsSha256: [sha256('a')] };
    expect(await valid()).equal(false);
    state.account = null;
    expect(await valid()).equal(false);
    state.away = true;
    expect(await valid()).equal(true);
  });
});
