import type { RefObject, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ShopApi } from '../api/shop_api';
import type { Page } from '../api/types';
import { text } from '../text/text';
import { errorText } from './failure';

interface Pages<Item> {
  items: readonly Item[];
  /** Whether the first page has arrived. */
  done: boolean;
  error: unknown;
  reload: () => void;
  /** The list element: the first item of a further page takes the focus. */
  list: RefObject<HTMLUListElement | null>;
  /** The button for the next page, if there is one. */
  more: VNode | null;
}

/** The pages of a list, each asked for by the user; the first one again when `inputs` change. */
export function usePages<Item>(
  first: () => Promise<Page<Item>>,
  api: ShopApi,
  inputs: readonly unknown[],
): Pages<Item> {
  const [items, setItems] = useState<readonly Item[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const list = useRef<HTMLUListElement>(null);
  const latest = useRef(0);
  const focusAt = useRef<number | null>(null);

  const take = async (page: Promise<Page<Item>>, before: readonly Item[]): Promise<void> => {
    const turn = (latest.current += 1);
    setLoading(true);
    setError(null);
    try {
      let { items: arrived, next: following } = await page;
      // A page may be empty although more follow.
      while (arrived.length === 0 && following !== null) {
        ({ items: arrived, next: following } = await api.page<Item>(following));
      }
      if (turn !== latest.current) return;
      setItems([...before, ...arrived]);
      setNext(following);
      setDone(true);
    } catch (failure) {
      if (turn !== latest.current) return;
      setError(failure);
      if (before.length > 0) return;
      setItems([]); // those of other inputs would stand for what failed
      setNext(null);
    } finally {
      if (turn === latest.current) setLoading(false);
    }
  };
  const reload = (): void => {
    focusAt.current = null;
    setDone(false);
    void take(first(), []);
  };
  useEffect(reload, inputs);
  useEffect(() => {
    if (focusAt.current === null) return;
    list.current?.children[focusAt.current]?.querySelector('a')?.focus();
    focusAt.current = null;
  }, [items]);

  const more = next !== null && (
    <div class="more">
      {error !== null && <p role="alert">{errorText(error)}</p>}
      <button
        type="button"
        class="button"
        aria-disabled={loading}
        onClick={() => {
          if (loading) return;
          focusAt.current = items.length;
          void take(api.page<Item>(next), items);
        }}
      >
        {loading ? text('loading') : text('show_more')}
      </button>
    </div>
  );
  return { items, done, error, reload, list, more: more || null };
}
