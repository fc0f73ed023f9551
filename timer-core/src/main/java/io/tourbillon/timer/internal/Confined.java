package io.tourbillon.timer.internal;

/** A service that one thread may own. For adapters that change something before they call it. */
public interface Confined {
  /**
   * Does nothing if the calling thread may use the service.
   *
   * @throws IllegalStateException if another thread owns it
   */
  void requireOwner();
}
