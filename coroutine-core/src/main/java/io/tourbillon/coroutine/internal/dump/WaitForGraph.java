package io.tourbillon.coroutine.internal.dump;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.internal.task.CoroutineTask;
import io.tourbillon.coroutine.internal.task.Settlement;
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
 * Finds those who wait for each other, and so for ever: cycles of the graph whose nodes are
 * coroutines and threads, and whose edges lead from one that waits to those on whom its wait
 * depends. That is known of waits for something {@link Awaited}; what a thread waits for tells the
 * object on which it is parked. After Holt (1972).
 *
 * <p>For one search, by any thread, while everything goes on. It looks at one after the other, so
 * what it has seen may never have been at the same time. Therefore each edge of a cycle is looked
 * at again, and then each wait, which must be the same one still: so all of them have lasted from
 * the first look to the last, none of those who wait has run in between, and thus none could let go
 * of what it was seen to hold by the second look. A cycle that passes was there, and will not go
 * away by itself before a limit strikes.
 *
 * <p>Of cycles that share a member the first is told. Does not recurse, as chains may be long.
 */
final class WaitForGraph {
  /** At so many who wait it stops looking for more. */
  private static final int MOST = 100_000;

  /** Those who are being followed, from the first on, each of whom waits for the next. */
  private final LinkedHashMap<Object, Node> path = new LinkedHashMap<>();

  private final Set<Object> visited = new HashSet<>();
  private final Set<Object> deadlocked = new HashSet<>();
  private final List<List<Edge>> cycles = new ArrayList<>();

  /** Who waits, and one on whom that depends. */
  record Edge(Object waiter, Settlement<?> pending, Object holder) {
    boolean isThereStill() {
      return holders(pending).contains(holder);
    }
  }

  private static final class Node {
    private final Settlement<?> wait;
    private final Iterator<?> holders;

    /** The one who is being looked at. */
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

  /** All cycles to which waits of these lead. */
  static List<List<Edge>> cycles(Collection<? extends CoroutineTask<?>> from) {
    return cycles(from, WaitForGraph::isThere);
  }

  /**
   * The same by another check, for tests.
   *
   * @param check whether a cycle is there that was seen
   */
  static List<List<Edge>> cycles(
      Collection<? extends CoroutineTask<?>> from, Predicate<List<Edge>> check) {
    WaitForGraph graph = new WaitForGraph(check);
    from.forEach(graph::follow);
    return graph.cycles;
  }

  /** The second look, which must come after all of the first. */
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
      case CoroutineTask<?> coroutine -> coroutine.pendingWait();
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

  /** The last one on the path waits for one who is on it. */
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
