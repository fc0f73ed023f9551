package io.tourbillon.coroutine.net;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Suspension.Registration;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.ShortLock;
import io.tourbillon.timer.internal.StackReserve;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import java.util.IdentityHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The coroutines that use a socket and have not ended: the one that opened it, and those that have
 * called it since. Closes a socket that has had none for a second. Thread-safe.
 *
 * <p>A coroutine that accepts one connection after the other hands them to others. So it ceases to
 * count for a connection when it has accepted the next one and another coroutine uses the first.
 */
final class Users {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  /** The time for a coroutine to which the socket was handed to use it. */
  private static final Executor A_WHILE_LATER =
      CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private final AutoCloseable socket;
  private final ShortLock lock = new ShortLock();

  /**
   * The coroutines, with what removes the listeners for their ends; null when the socket is closed
   * or its close is left to the program. Grows before it adds, unlike a HashMap. Guarded by the
   * lock.
   */
  private @Nullable IdentityHashMap<Coroutine<?>, Registration> all = new IdentityHashMap<>(2);

  /** How many coroutines have used the socket, the opener included. Guarded by the lock. */
  private int total;

  /** The acceptor, if it has not used the socket and has gone on. Guarded by the lock. */
  private @Nullable Coroutine<?> passing;

  /** The last caller. Volatile: it spares the lock if the same caller comes again. */
  private volatile @Nullable Object last;

  Users(AutoCloseable socket) {
    this.socket = socket;
  }

  /**
   * Refuses a caller that will open a socket but could not use it: a coroutine whose loop selects
   * no channels.
   *
   * @param method is named in the exception
   */
  static void checkOpener(String method) {
    check(Suspension.caller(), method);
  }

  private static void check(Object caller, String method) {
    if (caller instanceof Coroutine<?>) {
      Suspension.checkCanSelect(method);
    }
  }

  /**
   * Makes the call of a socket a suspension point, even if it need not wait, and notes the user.
   *
   * @param method is named in an exception
   * @throws UnsupportedOperationException if the caller is a coroutine whose loop selects no
   *     channels
   */
  void pass(String method) {
    Object caller = Suspension.caller();
    if (!caller.equals(last)) {
      check(caller, method);
      note(caller);
      last = caller;
    }
    if (caller instanceof Coroutine<?>) {
      Coroutines.checkpoint(); // A peer that is always ready must not hold the loop.
    }
  }

  /** Notes that the caller has opened the socket. */
  void opened() {
    note(Suspension.caller());
  }

  private void note(Object caller) {
    if (caller instanceof Coroutine<?> coroutine) {
      add(coroutine);
    } else {
      keepOpen(); // A thread tells nobody when it has done with the socket.
    }
  }

  /** Leaves the close to the program from now on. */
  void keepOpen() {
    forgetAll();
  }

  /** Notes that the acceptor has gone on to the next connection. */
  void passedBy(Coroutine<?> acceptor) {
    boolean isUnused = false;
    lock.lock();
    try {
      if (!acceptor.equals(last)) {
        passing = acceptor;
        isUnused = dropPassing();
      }
    } finally {
      lock.unlock();
    }
    if (isUnused) {
      closeLater(acceptor);
    }
  }

  private void add(Coroutine<?> coroutine) {
    lock.lock();
    try {
      if (all != null && !all.containsKey(coroutine)) {
        all.put(coroutine, Suspension.whenEnded(coroutine, () -> ended(coroutine)));
        total++;
        boolean _ = dropPassing(); // This one is left.
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the last user has gone so. */
  private boolean dropPassing() {
    if (passing == null || total <= 1 || all == null) {
      return false;
    }
    Coroutine<?> gone = passing;
    passing = null;
    Registration itsEnd = all.get(gone);
    if (itsEnd == null) {
      return false;
    }
    itsEnd.remove();
    return remove(gone);
  }

  private void ended(Coroutine<?> coroutine) {
    boolean isUnused;
    lock.lock();
    try {
      isUnused = remove(coroutine);
    } finally {
      lock.unlock();
    }
    if (isUnused) {
      closeLater(coroutine);
    }
  }

  /** Returns whether this was the last user. */
  private boolean remove(Coroutine<?> coroutine) {
    return all != null && all.remove(coroutine) != null && all.isEmpty();
  }

  /** Waits for memory if there is none, since nobody else will close the socket. */
  private void closeLater(Coroutine<?> lastUser) {
    while (true) {
      try {
        A_WHILE_LATER.execute(() -> closeIfUnused(lastUser));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  private void closeIfUnused(Coroutine<?> lastUser) {
    lock.lock();
    try {
      if (all == null || !all.isEmpty()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    try {
      socket.close();
      LOG.log(
          Level.WARNING, socket + " was left open, last by " + lastUser.name() + "; it is closed");
    } catch (Exception failure) {
      LOG.log(Level.WARNING, socket + " could not be closed", failure);
    }
  }

  /**
   * Closes the channel of the socket, and notes that. Logs a failure, after which the channel is
   * closed as well. Uses no class that a socket that was opened does not use, since none can be
   * loaded from a folder while no file may be opened.
   */
  void close(SelectableChannel channel) {
    StackReserve.require();
    try {
      Suspension.closeChannel(channel);
    } catch (IOException failure) {
      LOG.log(Level.DEBUG, () -> "the close of " + socket + " failed", failure);
    } finally {
      forgetAll();
      last = null;
    }
  }

  private void forgetAll() {
    IdentityHashMap<Coroutine<?>, Registration> left;
    lock.lock();
    try {
      left = all;
      all = null;
      passing = null;
    } finally {
      lock.unlock();
    }
    if (left != null) {
      removeSurely(left);
    }
  }

  private static void removeSurely(IdentityHashMap<Coroutine<?>, Registration> listeners) {
    boolean removed = false;
    for (int attempt = 1; !removed; attempt++) {
      try {
        listeners.values().forEach(Registration::remove);
        removed = true;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pauseUnlessLast(full, attempt);
      }
    }
  }
}
