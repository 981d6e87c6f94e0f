import { AutoScroll, Sortable } from 'sortablejs/modular/sortable.core.esm.js';

let mounted = false;

/**
 * Lets pointers drag cards by their handles. Keyboards have their own way (`keyboard_reorder`).
 *
 * @param list the list of cards.
 * @param dropped called with the positions before and after, from 0.
 * @returns a function that ends it.
 */
export function allowDragging(
  list: HTMLElement,
  dropped: (from: number, to: number) => void,
): () => void {
  if (!mounted) Sortable.mount(new AutoScroll());
  mounted = true;
  const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const sortable = Sortable.create(list, {
    handle: '.handle',
    draggable: '.card',
    animation: reduced ? 0 : 150,
    // Native dragging knows no touch, and would be mixed up with files that are dropped.
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 4,
    ghostClass: 'ghost',
    dragClass: 'dragged',
    scroll: true,
    scrollSensitivity: 80,
    scrollSpeed: 16,
    bubbleScroll: true,
    onEnd: ({ item, oldDraggableIndex: from, newDraggableIndex: to }) => {
      if (from === undefined || to === undefined || from === to) return;
      // The rendered list is Preact's: the node returns, and the new order is rendered.
      const others = [...list.children].filter((each) => each !== item);
      list.insertBefore(item, others[from] ?? null);
      dropped(from, to);
    },
  });
  return () => sortable.destroy();
}
