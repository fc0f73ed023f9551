package io.tourbillon.coroutine.internal.dump;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.internal.task.Settlement;
import io.tourbillon.coroutine.internal.task.SuspendingCoroutine;
import io.tourbillon.coroutine.internal.task.ThreadResumption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds deadlocks: cycles of the wait-for graph, whose nodes are coroutines and threads, and whose
 * edges lead from a waiter to the holders of what it waits for. The holders are known for waits on
 * something {@link Awaited}; for a thread, the object on which it is parked shows the wait. After
 * Holt (1972).
 *
 * <p>Used for one search, by any thread, while the coroutines run. The search reads one wait after
 * the other, so they may never have existed at the same time. Therefore a second look checks each
 * edge of a cycle again, and then that each wait is still the same. So all waits lasted from the
 * first look to the last, no waiter ran in between, and none could release what the second look saw
 * it hold. A cycle that passes this check existed, and does not end by itself before a limit
 * passes.
 *
 * <p>Of cycles that share a member, only the first is reported. Does not recurse, since chains may
 * be long.
 */
final class WaitForGraph {
  /** The largest number of waiters that a search visits. */
  private static final int MOST = 100_000;

  /** The chain that is being followed; each waits for the next. */
  private final LinkedHashMap<Object, Node> path = new LinkedHashMap<>();

  private final Set<Object> visited = new HashSet<>();
  private final Set<Object> deadlocked = new HashSet<>();
  private final List<List<Edge>> cycles = new ArrayList<>();

  /** A waiter, and one holder of what it waits for. */
  record Edge(Object waiter, Settlement<?> pending, Object holder) {
    boolean isThereStill() {
      return holders(pending).contains(holder);
    }
  }

  private static final class Node {
    private final Settlement<?> wait;
    private final Iterator<?> holders;

    /** The holder that is being followed. */
    private @Nullable Object holder;

    private Node(Settlement<?> wait) {
      this.wait = wait;
      holders = holders(wait).iterator();
    }
  }

  private final Predicate<List<Edge>> check;

  private WaitForGraph(Predicate<List<Edge>> check) {
    this.check = check;
  }

  /** Returns all cycles that can be reached from these coroutines. */
  static List<List<Edge>> cycles(Collection<? extends SuspendingCoroutine<?>> from) {
    return cycles(from, WaitForGraph::isThere);
  }

  /**
   * Returns cycles as {@link #cycles(Collection)} does, with another check. For tests.
   *
   * @param check the second look at a cycle
   */
  static List<List<Edge>> cycles(
      Collection<? extends SuspendingCoroutine<?>> from, Predicate<List<Edge>> check) {
    WaitForGraph graph = new WaitForGraph(check);
    from.forEach(graph::follow);
    return graph.cycles;
  }

  /** The second look at a cycle, which must come after the first look at all its edges. */
  static boolean isThere(List<Edge> cycle) {
    return cycle.stream().allMatch(Edge::isThereStill)
        && cycle.stream().noneMatch(edge -> edge.pending.isSettled());
  }

  private void follow(Object start) {
    visit(start);
    while (!path.isEmpty()) {
      Node last = path.lastEntry().getValue();
      if (!last.holders.hasNext()) {
        path.pollLastEntry();
      } else {
        Object holder = last.holders.next();
        last.holder = holder;
        if (path.containsKey(holder)) {
          meet(holder);
        } else {
          visit(holder);
        }
      }
    }
  }

  private void visit(Object who) {
    if (visited.size() < MOST && !visited.contains(who)) {
      Settlement<?> wait = waitOf(who);
      if (wait != null && wait.source() instanceof Awaited) {
        visited.add(who);
        path.put(who, new Node(wait));
      }
    }
  }

  private static @Nullable Settlement<?> waitOf(Object who) {
    return switch (who) {
      case SuspendingCoroutine<?> coroutine -> coroutine.pendingWait();
      case Thread thread ->
          LockSupport.getBlocker(thread) instanceof ThreadResumption<?> wait && !wait.isSettled()
              ? wait
              : null;
      default -> null;
    };
  }

  private static Collection<?> holders(Settlement<?> wait) {
    try {
      return wait.source() instanceof Awaited awaited ? awaited.holders() : List.of();
    } catch (RuntimeException usersFault) {
      return List.of();
    }
  }

  /** Handles a holder that is on the path: the path from there on is a cycle. */
  private void meet(Object first) {
    List<Edge> cycle = new ArrayList<>();
    path.forEach(
        (who, node) -> {
          if (!cycle.isEmpty() || who.equals(first)) {
            cycle.add(new Edge(who, node.wait, Objects.requireNonNull(node.holder)));
          }
        });
    if (cycle.stream().noneMatch(edge -> deadlocked.contains(edge.waiter)) && check.test(cycle)) {
      cycle.forEach(edge -> deadlocked.add(edge.waiter));
      cycles.add(cycle);
    }
  }
}
