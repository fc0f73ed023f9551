package io.tourbillon.timer.internal;

import java.util.AbstractCollection;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ArrayDeque} that loses nothing if memory runs out. The JDK's has stored the new element
 * already when it grows: if that fails, it looks empty, and forgets what it held. This one makes
 * room first, and {@link #add} changes nothing if it throws an OutOfMemoryError. It costs a
 * comparison and an object of 24 bytes more.
 *
 * <p>Not thread-safe.
 *
 * @param <E> the type of the elements; none is null
 */
public final class SafeDeque<E> extends AbstractCollection<E> {
  /** The room of a deque whose size nobody knows. */
  public static final int USUAL_ROOM = 16;

  private ArrayDeque<E> elements;

  /** How many elements there may be before the array must grow. */
  private int room;

  /**
   * An empty deque.
   *
   * @param room for how many elements there is room at first, at least 1
   */
  public SafeDeque(int room) {
    this.room = room;
    elements = new ArrayDeque<>(room);
  }

  /** Adds an element at the end. Returns true. */
  @Override
  public boolean add(E element) {
    makeRoom();
    return elements.add(element);
  }

  /** Makes room for one more element: the next {@link #add} needs no memory. */
  public void makeRoom() {
    if (elements.size() == room) {
      int doubled = Math.multiplyExact(room, 2);
      ArrayDeque<E> larger = new ArrayDeque<>(doubled);
      larger.addAll(elements);
      elements = larger;
      room = doubled;
    }
  }

  /** Returns the first element without removing it; null if there is none. */
  public @Nullable E peek() {
    return elements.peek();
  }

  /** Removes and returns the first element; null if there is none. */
  public @Nullable E poll() {
    return elements.poll();
  }

  /** Removes the element that equals another one and is nearest to the end, if there is one. */
  public boolean removeLast(E element) {
    return elements.removeLastOccurrence(element);
  }

  @Override
  public boolean remove(Object element) {
    return elements.remove(element);
  }

  @Override
  public void clear() {
    elements.clear();
  }

  @Override
  public int size() {
    return elements.size();
  }

  /** Iterates from the first element to the last. */
  @Override
  public Iterator<E> iterator() {
    return elements.iterator();
  }
}
