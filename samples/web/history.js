import { button, h, status, when } from './page.js';
import { deviceOf, eventOf, t, textOf } from './texts.js';

/**
 * What happened to an account, newest first: the list and a button for more, or the error. `load` gets which page to read. `who` says who
 * did what its owner has not done.
 */
export async function historyOf(load, who = () => t('by an administrator')) {
  const list = h('ul', { class: 'sessions' });
  const more = button(t('Show more'), async () => {
    const last = list.lastElementChild;
    await showMore();
    last?.nextElementSibling?.focus();
  });
  let next;
  const error = await showMore();
  return { error, content: [list, more] };

  async function showMore() {
    const answer = await load({ pageToken: next });
    if (!answer.ok) {
      status.textContent = textOf(answer.error);
      return answer.error;
    }

    list.append(...answer.value.events.map(({ kind, time, client, by }) => h('li', { tabindex: '-1' },
      h('strong', {}, eventOf(kind)),
      h('p', { class: 'hint' }, [when(time), client && deviceOf(client)].filter(Boolean).join(' · '), ...by ? [' · ', who(by)] : []))));
    next = answer.value.next;
    more.hidden = next === null;
  }
}
