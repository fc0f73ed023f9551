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
 * <p>A connection goes through {@link Phase}s. If all places are taken and one more client
 * connects, the oldest connection of a phase makes way. Phases in which a connection only waits for
 * its client come first. So a slow client costs the next one a fraction of a second, but not a
 * place. {@link #sweep} closes connections that have taken too long.
 *
 * <p>A place is free again when its channel is closed, even if nothing reports that. So a place
 * that is not given back for lack of memory is lost only until the next sweep. No method allocates
 * after the table has been made. Thread-safe: the acceptor admits connections, threads of Jetty
 * report what happens to them, and the supervisor sweeps. Nothing is closed under the monitor,
 * since closing calls back.
 */
final class Connections {
  /**
   * The maximum number of connections. A connection that sends a long header slowly holds about 30
   * KB. With more places, more slow clients fit in before the first of them has to make way.
   */
  static final int MAX_CONNECTIONS = 256;

  /** What a connection is doing, in the order of the phases that it goes through. */
  enum Phase {
    /** The header of its request has not arrived. */
    READING(TimeUnit.MILLISECONDS.toNanos(250)),
    /** Its response is being made, or waits to be made. */
    MAKING(TimeUnit.MILLISECONDS.toNanos(500)),
    /** Its response is being sent. */
    WRITING(TimeUnit.MILLISECONDS.toNanos(250)),
    /** Its response has been sent; the client has not closed the connection. */
    ENDING(0);

    /** After this time in the phase, a connection may have to make way. */
    private final long graceNanos;

    Phase(long graceNanos) {
      this.graceNanos = graceNanos;
    }
  }

  /** The phases in the order in which their connections make way. */
  private static final Phase[] FIRST_TO_GO = {
    Phase.ENDING, Phase.READING, Phase.WRITING, Phase.MAKING
  };

  private static final Phase[] ONLY_WRITING = {Phase.WRITING};

  /** How long a client may take to close the connection once the response has been sent. */
  private static final long ENDING_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long the acceptor waits before it looks again for a connection that can make way. */
  private static final long LOOK_AGAIN_MILLIS = 10;

  private final long headerLimitNanos;
  private final long lifeLimitNanos;
  private final LongSupplier nanoTime;

  /** The array never changes. The monitor guards the places in it. */
  private final Place[] places =
      Stream.generate(Place::new).limit(MAX_CONNECTIONS).toArray(Place[]::new);

  Connections(Limits limits, LongSupplier nanoTime) {
    this.headerLimitNanos = limits.header().toNanos();
    this.lifeLimitNanos = limits.life().toNanos();
    this.nanoTime = nanoTime;
  }

  /** A place for one connection; free or taken. */
  private static final class Place {
    private @Nullable SocketChannel channel;

    /** Null until Jetty has made it. */
    private @Nullable EndPoint endPoint;

    /** The response that is being sent; null in the other phases. */
    private @Nullable Body body;

    private Phase phase = Phase.READING;
    private long openedNanos;
    private long phaseNanos;

    private boolean isFree() {
      return channel == null;
    }

    /** Frees the place, and returns what the caller must close. */
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

  /** Waits until there is a free place. Closes a connection if need be. */
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

  /** Gives a place to an accepted connection; returns false if there is none. */
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

  /** Records the end point that Jetty has made for a connection. */
  synchronized void opened(SocketChannel channel, EndPoint endPoint) {
    for (Place place : places) {
      if (channel.equals(place.channel)) {
        place.endPoint = endPoint;
      }
    }
  }

  /**
   * Begins {@link Phase#MAKING}, or begins it again for another try: the header of the request has
   * arrived, and its response is to be made.
   *
   * @return false if the connection has made way for another
   */
  boolean making(EndPoint endPoint) {
    return enter(endPoint, Phase.MAKING, null);
  }

  /**
   * Begins {@link Phase#WRITING}. Releases the body if the connection has made way for another.
   *
   * @return false if the connection has made way, so that nothing must be sent
   */
  boolean writing(EndPoint endPoint, Body body) {
    boolean isOpen = enter(endPoint, Phase.WRITING, body);
    if (!isOpen) {
      body.release();
    }
    return isOpen;
  }

  /** Begins {@link Phase#ENDING}: the response has been sent. */
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

  /** Frees the place of a connection that has been closed. */
  synchronized void closed(EndPoint endPoint) {
    for (Place place : places) {
      if (endPoint.equals(place.endPoint)) {
        Closeable _ = place.clear();
        notifyAll();
      }
    }
  }

  /**
   * Closes the connection that has been in {@link Phase#WRITING} for longest. Returns false if none
   * has been there for the grace of the phase.
   */
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
   * Closes the connections that have taken too long.
   *
   * @return whether there are other connections
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

  /** Closes all connections. */
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

  /**
   * Frees the place of the connection that makes way: the oldest one in the first of these phases
   * in which the grace of a connection is over. Returns what the caller must close, or null if no
   * connection can make way.
   */
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
        // The connection is not used any more, and its place is free.
      }
    }
  }
}
