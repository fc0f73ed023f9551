package io.tourbillon.metrics.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of a server, which are bounded in number and in time.
 *
 * <p>A connection goes through {@link Phase}s. Where all places are taken and one more client
 * connects, the connection that has only waited for its peer for longest makes way: a slow client
 * costs the next one a fraction of a second, and not a place. {@link #sweep} closes those that have
 * taken too long.
 *
 * <p>A place is free again when its channel is closed, even if nobody says so: what is lost for
 * lack of memory is lost until the next sweep. No method allocates once the table has been made.
 * Thread-safe: the acceptor admits, threads of Jetty tell what becomes of a connection, the
 * supervisor sweeps. Nothing is closed under the monitor, since closing calls back.
 */
final class Connections {
  /**
   * How many there may be. One that sends a long header slowly holds about 30 KB; more of them make
   * room for more slow clients before the first has to make way.
   */
  static final int MAX_CONNECTIONS = 256;

  /** Where a connection is, in the order in which it goes through them. */
  enum Phase {
    /** Its request's header has not arrived. */
    READING(TimeUnit.MILLISECONDS.toNanos(250)),
    /** Its answer is being made, or waits for that. */
    MAKING(TimeUnit.MILLISECONDS.toNanos(500)),
    /** Its answer is being sent. */
    WRITING(TimeUnit.MILLISECONDS.toNanos(250)),
    /** All has been sent; the client has not closed it. */
    ENDING(0);

    /** After this time in the phase it may have to make way. */
    private final long graceNanos;

    Phase(long graceNanos) {
      this.graceNanos = graceNanos;
    }
  }

  /** Whose connections make way first. */
  private static final Phase[] FIRST_TO_GO = {
    Phase.ENDING, Phase.READING, Phase.WRITING, Phase.MAKING
  };

  private static final Phase[] ONLY_WRITING = {Phase.WRITING};

  /** How long a client that has been sent everything may take to close. */
  private static final long ENDING_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long the acceptor waits before it looks again who can make way. */
  private static final long LOOK_AGAIN_MILLIS = 10;

  private final long headerLimitNanos;
  private final long lifeLimitNanos;
  private final LongSupplier nanoTime;

  /** The array never changes; the places are guarded by the monitor. */
  private final Place[] places =
      Stream.generate(Place::new).limit(MAX_CONNECTIONS).toArray(Place[]::new);

  Connections(Limits limits, LongSupplier nanoTime) {
    this.headerLimitNanos = limits.header().toNanos();
    this.lifeLimitNanos = limits.life().toNanos();
    this.nanoTime = nanoTime;
  }

  /** One connection, or none. */
  private static final class Place {
    private @Nullable SocketChannel channel;

    /** Null until Jetty has made one. */
    private @Nullable EndPoint endPoint;

    /** What it holds while it is being sent. */
    private @Nullable Body body;

    private Phase phase = Phase.READING;
    private long openedNanos;
    private long phaseNanos;

    private boolean isFree() {
      return channel == null;
    }

    /** Frees the place, and returns what is to be closed. */
    private @Nullable Closeable clear() {
      Closeable open = endPoint == null ? channel : endPoint;
      if (body != null) {
        body.release();
      }
      channel = null;
      endPoint = null;
      body = null;
      return open;
    }
  }

  /** Waits until there is a place for one more; makes one if need be. */
  void awaitPlace() throws InterruptedException {
    while (true) {
      Closeable oldest;
      synchronized (this) {
        freeClosed();
        if (freePlace() != null) {
          return;
        }
        oldest = takeOldest(FIRST_TO_GO);
        if (oldest == null) {
          wait(LOOK_AGAIN_MILLIS);
        }
      }
      close(oldest);
    }
  }

  /** Gives a place to a connection that has been accepted; false if there is none. */
  synchronized boolean tryAdmit(SocketChannel channel) {
    Place place = freePlace();
    if (place == null) {
      return false;
    }
    place.channel = channel;
    place.phase = Phase.READING;
    place.openedNanos = nanoTime.getAsLong();
    place.phaseNanos = place.openedNanos;
    return true;
  }

  /** Jetty has made an end point for it. */
  synchronized void opened(SocketChannel channel, EndPoint endPoint) {
    for (Place place : places) {
      if (channel.equals(place.channel)) {
        place.endPoint = endPoint;
      }
    }
  }

  /**
   * The header of its request has arrived, and an answer is to be made.
   *
   * @return false if it has made way for another
   */
  boolean making(EndPoint endPoint) {
    return enter(endPoint, Phase.MAKING, null);
  }

  /**
   * Its answer is being sent. Releases the body if the connection has made way meanwhile.
   *
   * @return false if it has, and nothing is to be sent
   */
  boolean writing(EndPoint endPoint, Body body) {
    boolean isOpen = enter(endPoint, Phase.WRITING, body);
    if (!isOpen) {
      body.release();
    }
    return isOpen;
  }

  /** All has been sent. */
  void ending(EndPoint endPoint) {
    boolean _ = enter(endPoint, Phase.ENDING, null);
  }

  private synchronized boolean enter(EndPoint endPoint, Phase phase, @Nullable Body body) {
    for (Place place : places) {
      if (endPoint.equals(place.endPoint)) {
        place.phase = phase;
        place.phaseNanos = nanoTime.getAsLong();
        place.body = body;
        return true;
      }
    }
    return false;
  }

  /** It has been closed. */
  synchronized void closed(EndPoint endPoint) {
    for (Place place : places) {
      if (endPoint.equals(place.endPoint)) {
        Closeable _ = place.clear();
        notifyAll();
      }
    }
  }

  /** Gives up the oldest answer that is being sent; false if none has been for a moment. */
  boolean dropOldestWriting() {
    Closeable oldest;
    synchronized (this) {
      freeClosed();
      oldest = takeOldest(ONLY_WRITING);
    }
    close(oldest);
    return oldest != null;
  }

  /**
   * Closes what has taken too long.
   *
   * @return whether there are connections still
   */
  boolean sweep() {
    while (true) {
      Closeable overdue;
      synchronized (this) {
        freeClosed();
        overdue = takeOverdue();
        if (overdue == null) {
          return hasAny();
        }
      }
      close(overdue);
    }
  }

  /** Closes all. */
  void closeAll() {
    for (Place place : places) {
      Closeable open;
      synchronized (this) {
        open = place.clear();
      }
      close(open);
    }
  }

  private @Nullable Place freePlace() {
    for (Place place : places) {
      if (place.isFree()) {
        return place;
      }
    }
    return null;
  }

  private boolean hasAny() {
    for (Place place : places) {
      if (!place.isFree()) {
        return true;
      }
    }
    return false;
  }

  private void freeClosed() {
    for (Place place : places) {
      if (place.channel != null && !place.channel.isOpen()) {
        Closeable _ = place.clear();
      }
    }
  }

  /** Of the first of these phases that has one whose grace is over. */
  private @Nullable Closeable takeOldest(Phase[] phases) {
    long nowNanos = nanoTime.getAsLong();
    for (Phase phase : phases) {
      Place oldest = null;
      for (Place place : places) {
        if (!place.isFree()
            && place.phase == phase
            && nowNanos - place.phaseNanos >= phase.graceNanos
            && (oldest == null || place.phaseNanos - oldest.phaseNanos < 0)) {
          oldest = place;
        }
      }
      if (oldest != null) {
        return oldest.clear();
      }
    }
    return null;
  }

  private @Nullable Closeable takeOverdue() {
    long nowNanos = nanoTime.getAsLong();
    for (Place place : places) {
      if (!place.isFree() && isOverdue(place, nowNanos)) {
        return place.clear();
      }
    }
    return null;
  }

  private boolean isOverdue(Place place, long nowNanos) {
    return nowNanos - place.openedNanos >= lifeLimitNanos
        || (place.phase == Phase.READING && nowNanos - place.openedNanos >= headerLimitNanos)
        || (place.phase == Phase.ENDING && nowNanos - place.phaseNanos >= ENDING_LIMIT_NANOS);
  }

  private static void close(@Nullable Closeable open) {
    if (open != null) {
      try {
        open.close();
      } catch (IOException ignored) {
        // It is of no use any more, and the place is free.
      }
    }
  }
}
