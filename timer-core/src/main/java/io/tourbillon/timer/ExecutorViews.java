package io.tourbillon.timer;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** The executor views of a service, and the shard that they share. */
final class ExecutorViews {
  private final ServiceParts parts;
  private final Driver driver;

  /** The views to notify of a shutdown. Weak: a view that is no longer reachable is forgotten. */
  // Guarded by the monitor of this object.
  private final Set<OrderedExecutor> views = Collections.newSetFromMap(new WeakHashMap<>());

  /**
   * The shard, from the first view on. Written once, under the monitor; read by any thread, for
   * which a shard that it does not see yet has no timers.
   */
  private volatile @Nullable OrderedShard shard;

  /** Set once, before the shard is closed. */
  private volatile boolean shutdown;

  ExecutorViews(ServiceParts parts, Driver driver) {
    this.parts = parts;
    this.driver = driver;
  }

  /** The shard of the views, or null if there has been no view. */
  @Nullable OrderedShard shard() {
    return shard;
  }

  OrderedExecutor newView(ShardedTimerService service) {
    OrderedExecutor view;
    synchronized (this) {
      view = new OrderedExecutor(service, openShard());
      views.add(view);
    }
    // Either the shutdown finds the view among the others, or its flag is seen here, or both.
    if (shutdown) {
      view.serviceShutDown();
    }
    return view;
  }

  /** Called under the monitor. */
  private OrderedShard openShard() {
    OrderedShard opened = shard;
    if (opened == null) {
      opened = new OrderedShard(parts);
      driver.serve(opened);
      shard = opened;
    }
    if (shutdown) {
      opened.close();
    }
    return opened;
  }

  /** Refuses timers from now on. Allocates nothing. */
  void close() {
    shutdown = true;
    synchronized (this) {
      if (shard != null) {
        shard.close();
      }
    }
  }

  /** Called after a shutdown of the service, when the tasks of the views have been handed back. */
  void tellShutdown() {
    List<OrderedExecutor> open;
    synchronized (this) {
      open = List.copyOf(views);
    }
    for (OrderedExecutor view : open) {
      view.serviceShutDown();
    }
  }
}
