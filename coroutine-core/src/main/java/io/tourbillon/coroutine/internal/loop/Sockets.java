package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.Suspension.Registration;
import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.timer.internal.MemoryReserve;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The selector of a loop, in which the loop rests from the first wait for a channel on. Loop-
 * confined, except for {@link #wake}.
 *
 * <p><b>Interest.</b> The key of a channel keeps its interest in an operation after the wait. If
 * the channel is ready again and nobody waits, the interest is removed then. So coroutines that
 * wait for the same channel again and again, as servers do, cost no system call each time.
 *
 * <p><b>Close.</b> The operating system releases a channel that was closed, and its port, only when
 * the selectors that know it select. A coroutine that closes one of its own loop does that itself,
 * in {@link #release}. If it is a virtual thread, it may have to wait for a lock of the JDK
 * meanwhile; the loop runs others then, but leaves the selector alone, which is locked.
 *
 * <p><b>Locks of the JDK.</b> Who closes a channel takes a lock of each selector that knows it, and
 * so does each select. If a coroutine on a virtual thread waited for that lock, and its own loop
 * behind it, the JDK would give the lock to the coroutine, which its loop could not run: the loop
 * stood still for up to a second. So a coroutine first asks other loops to give up their keys of a
 * channel, in {@link KeyRequest}, and a loop does not select while one of its coroutines closes.
 *
 * <p><b>Exact timers.</b> A selector counts its timeouts in milliseconds. If less than one is left
 * until a timer is due, the loop parks for a tenth of a millisecond at a time, and looks at the
 * channels in between.
 */
@LoopConfined
public final class Sockets implements Poller {
  private static final long MILLI_NANOS = 1_000_000;
  private static final long SLICE_NANOS = 100_000;

  /** The longest time for which a busy loop does not look at channels, except in a long turn. */
  private static final long LOOK_NANOS = 50_000;

  /**
   * How long a coroutine waits for other loops to give up their keys, which may be in a long turn.
   */
  private static final long KEY_NANOS = 50_000_000;

  /** All that are open, to find those that have a key of a channel. */
  private static final Set<Sockets> OPEN = ConcurrentHashMap.newKeySet();

  private final Thread thread;
  private final BooleanSupplier isHere;
  private final Consumer<Message> runner;
  private final Selector selector;

  /**
   * The channels that are being registered. A virtual thread may have to wait for a lock of the JDK
   * then, and other coroutines of the loop run meanwhile.
   */
  private final IdentityHashMap<SelectableChannel, Waits> registering = new IdentityHashMap<>();

  /** Whether the loop selects, or a coroutine of it that closes a channel. */
  private boolean selects;

  /**
   * How many coroutines of the loop are in the close of a channel, and may wait for a lock there.
   */
  private int closing;

  /** Keys that coroutines of other loops ask this one to give up. Served before each select. */
  private final Queue<KeyRequest> requests = new ConcurrentLinkedQueue<>();

  /** Those of them that the next select serves. Empty between selects, unless one has failed. */
  private final ArrayList<KeyRequest> served = new ArrayList<>();

  /** When the loop looked at the channels last, by the system's clock. */
  private long lookedNanos = System.nanoTime();

  /**
   * Whether the loop was woken since it last came back. false -> true by the one thread that wakes
   * it, so that no two wait for the lock of the selector; reset by the loop. Volatile, as is {@link
   * #parks}: the loop writes {@code parks} and then reads this, the waking thread does the reverse,
   * so one of them sees the other.
   */
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Whether the loop parks, or is about to, and does not select. */
  private volatile boolean parks;

  /**
   * Opens a selector.
   *
   * @param thread the thread of the loop
   * @param isHere tells whether the caller is on the loop
   * @param runner runs an action, again if memory runs out, and handles its failures
   * @throws IOException if no selector can be opened, as when too many files are open
   */
  Sockets(Thread thread, BooleanSupplier isHere, Consumer<Message> runner) throws IOException {
    this.thread = thread;
    this.isHere = isHere;
    this.runner = runner;
    selector = Selector.open();
    boolean known = false;
    try {
      OPEN.add(this);
      known = true;
    } finally {
      if (!known) {
        OPEN.remove(this);
        selector.close();
      }
    }
  }

  /**
   * Closes a channel and lets the loops release it that select it. Without that, the operating
   * system would keep the channel until they select again, which may be never. Called by any
   * thread. Waits for memory for a while if there is none, since nobody closes a channel twice.
   */
  public static void close(SelectableChannel channel) throws IOException {
    boolean closed = false;
    for (int attempt = 1; !closed; attempt++) {
      try {
        closeOnce(channel);
        closed = true;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pauseUnlessLast(full, attempt);
      }
    }
  }

  /** May be repeated. */
  private static void closeOnce(SelectableChannel channel) throws IOException {
    Sockets own = null;
    List<Sockets> having = new ArrayList<>(1);
    for (Sockets sockets : OPEN) {
      if (sockets.isHere.getAsBoolean()) {
        own = sockets;
      }
      if (channel.isRegistered() && channel.keyFor(sockets.selector) != null) {
        having.add(sockets);
      }
    }
    if (own != null) {
      own.closeHere(channel, having);
    } else {
      close(channel, having);
    }
  }

  private void askForKeys(SelectableChannel channel, List<Sockets> having, int others) {
    try {
      KeyRequest request = new KeyRequest(channel, others);
      for (Sockets other : having) {
        if (!other.equals(this)) {
          other.requests.add(request);
          other.wake();
        }
      }
      request.await(KEY_NANOS);
    } catch (OutOfMemoryError full) {
      // It is a precaution; the channel must be closed in any case.
    }
  }

  private static void close(SelectableChannel channel, List<Sockets> having) throws IOException {
    try {
      channel.close();
    } finally {
      for (Sockets sockets : having) {
        SelectionKey key = channel.keyFor(sockets.selector);
        if (key != null) {
          key.cancel(); // As the close has done, unless there was no memory.
        }
        sockets.release(channel);
      }
    }
  }

  /** Closes a channel for a coroutine of this loop. */
  private void closeHere(SelectableChannel channel, List<Sockets> having) throws IOException {
    int others = having.size() - (having.contains(this) ? 1 : 0);
    if (others > 0 && !thread.isVirtual() && Thread.currentThread().isVirtual()) {
      askForKeys(channel, having, others);
    }
    closing++;
    try {
      close(channel, having);
    } finally {
      closing--;
    }
  }

  /**
   * Releases a channel that was closed: at once if the caller is on the loop, and otherwise when
   * the loop has been woken. Connections are left to the next select of the loop, as the JDK has
   * told the peer.
   */
  private void release(SelectableChannel channel) throws IOException {
    if (!isHere.getAsBoolean() || selects) {
      wake();
      return;
    }
    if (channel instanceof SocketChannel) {
      return;
    }
    selects = true;
    try {
      int _ = selector.selectNow(key -> {}); // What is ready now will be so when the loop looks.
    } finally {
      selects = false;
    }
  }

  /** Who waits for a channel. The attachment of its key. */
  private static final class Waits {
    private final List<Wait> all = new ArrayList<>(2);

    /** The operations in which there is or will be interest. */
    private int wanted;

    /** Runs the oldest wait for each operation that is ready. Returns those nobody waits for. */
    int run(int ready, Consumer<Message> runner) {
      int unwanted = 0;
      for (int left = ready; left != 0; left &= left - 1) {
        int operation = Integer.lowestOneBit(left);
        Wait wait = first(operation);
        if (wait == null) {
          unwanted |= operation;
        } else {
          all.remove(wait);
          runner.accept(wait);
        }
      }
      return unwanted;
    }

    /** Runs all waits. */
    void runAll(Consumer<Message> runner) {
      while (!all.isEmpty()) {
        runner.accept(all.removeLast());
      }
    }

    private @Nullable Wait first(int operation) {
      for (Wait wait : all) {
        if (wait.operation == operation) {
          return wait;
        }
      }
      return null;
    }
  }

  /** A message, so that the loop can run it without more memory. */
  private record Wait(int operation, Runnable then) implements Message {
    @Override
    public void run() {
      then.run();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /**
   * Runs an action when a channel is ready for an operation.
   *
   * @throws ClosedChannelException if the channel is closed
   */
  Registration whenReady(SelectableChannel channel, int operation, Runnable then)
      throws ClosedChannelException {
    Wait wait = new Wait(operation, then);
    try {
      Waits waits = registered(channel, operation);
      waits.all.add(wait);
      return () -> waits.all.remove(wait);
    } catch (CancelledKeyException closed) {
      throw new ClosedChannelException();
    }
  }

  /** Makes sure that there is interest in an operation, now or as soon as the key is there. */
  private Waits registered(SelectableChannel channel, int operation) throws ClosedChannelException {
    Waits pending = registering.get(channel);
    if (pending != null) {
      pending.wanted |= operation;
      return pending;
    }
    SelectionKey key = channel.keyFor(selector);
    if (key == null) {
      return register(channel, operation);
    }
    Waits known = (Waits) key.attachment();
    if ((known.wanted & operation) == 0) {
      key.interestOps(known.wanted | operation);
      known.wanted |= operation;
    }
    return known;
  }

  private Waits register(SelectableChannel channel, int operation) throws ClosedChannelException {
    Waits fresh = new Waits();
    fresh.wanted = operation;
    registering.put(channel, fresh);
    boolean registered = false;
    try {
      SelectionKey key = channel.register(selector, operation, fresh);
      if (fresh.wanted != operation) {
        key.interestOps(fresh.wanted);
      }
      registered = true;
    } finally {
      registering.remove(channel);
      if (!registered) {
        fresh.runAll(runner); // Others who wait for the channel meanwhile must try again.
      }
    }
    return fresh;
  }

  private void ready(SelectionKey key) {
    Waits waits = (Waits) key.attachment();
    try {
      int unwanted = waits.run(key.readyOps(), runner);
      if (unwanted != 0) {
        waits.wanted &= ~unwanted;
        key.interestOps(waits.wanted);
      }
    } catch (CancelledKeyException closed) {
      // Who closes a channel wakes those that wait for it.
    }
  }

  @Override
  public boolean hasWork() {
    return false;
  }

  /** Returns true, since nobody is left who waits for a channel. */
  @Override
  public boolean finish() {
    return true;
  }

  /** Looks which channels are ready if it has not done so for a while. */
  @Override
  public void lookIfDue() {
    if (System.nanoTime() - lookedNanos >= LOOK_NANOS) {
      look();
    }
  }

  /** Looks which channels are ready, and does not wait. */
  private void look() {
    if (mustNotSelect()) {
      return;
    }
    selects = true;
    try {
      giveUpKeys();
      int _ = selector.selectNow(this::ready);
      tellServed();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      selects = false;
    }
    lookedNanos = System.nanoTime();
  }

  /** Returns whether a coroutine of this loop has a lock of the selector, or waits for one. */
  private boolean mustNotSelect() {
    return selects || closing > 0;
  }

  /**
   * Cancels keys that coroutines of other loops ask for. The next select releases them, and {@link
   * #tellServed} tells. Without memory, those that are left are served later: who asks waits for a
   * limited time.
   */
  private void giveUpKeys() {
    try {
      for (KeyRequest each = requests.peek(); each != null; each = requests.peek()) {
        served.add(each);
        KeyRequest _ = requests.poll();
        SelectionKey key = each.channel.keyFor(selector);
        if (key != null) {
          key.cancel();
        }
      }
    } catch (OutOfMemoryError full) {
      // Later.
    }
  }

  private void tellServed() {
    for (int number = 0; number < served.size(); number++) {
      served.get(number).done();
    }
    served.clear();
  }

  @Override
  public void awaitUntil(long deadlineNanos) {
    long nanos = deadlineNanos - System.nanoTime();
    if (mustNotSelect()) {
      park(nanos);
    } else if (nanos >= MILLI_NANOS) {
      select(nanos / MILLI_NANOS);
    } else {
      look();
      if (nanos > 0) {
        park(Math.min(nanos, SLICE_NANOS));
      }
    }
    woken.set(false);
  }

  @Override
  public void await() {
    if (mustNotSelect()) {
      park(Long.MAX_VALUE);
    } else {
      select(0);
    }
    woken.set(false);
  }

  /**
   * Waits until a channel is ready or the loop is woken.
   *
   * @param millis the limit; 0 for none
   */
  private void select(long millis) {
    selects = true;
    try {
      giveUpKeys();
      int _ =
          woken.get() || !served.isEmpty()
              ? selector.selectNow(this::ready)
              : selector.select(this::ready, millis);
      tellServed();
      lookedNanos = System.nanoTime();
      boolean _ = Thread.interrupted(); // Nothing should interrupt a loop, and it could not rest.
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      selects = false;
    }
  }

  private void park(long nanos) {
    parks = true;
    if (!woken.get()) {
      LockSupport.parkNanos(this, nanos);
      boolean _ = Thread.interrupted();
    }
    parks = false;
  }

  @Override
  public void wake() {
    if (woken.get() || !woken.compareAndSet(false, true)) {
      return;
    }
    if (parks) {
      LockSupport.unpark(thread);
    } else {
      Selector _ = selector.wakeup();
    }
  }

  @Override
  public void close() {
    OPEN.remove(this);
    try {
      selector.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
