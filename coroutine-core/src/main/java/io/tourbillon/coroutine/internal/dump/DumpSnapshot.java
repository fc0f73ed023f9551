package io.tourbillon.coroutine.internal.dump;

import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.CoroutineDump.Deadlock;
import io.tourbillon.coroutine.CoroutineDump.Entry;
import io.tourbillon.coroutine.CoroutineDump.Link;
import io.tourbillon.coroutine.internal.dump.WaitForGraph.Edge;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.coroutine.internal.task.SuspendingCoroutine;
import io.tourbillon.coroutine.internal.task.TaskHost;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes a dump. Used once, by the thread that asks. The loops only note what they see, and call no
 * code of users.
 *
 * <ol>
 *   <li>{@link #sightAll}: each loop notes some coroutines of its own.
 *   <li>{@link WaitForGraph}: finds deadlocks among the coroutines and what they wait for.
 *   <li>{@link #want}: chooses the coroutines to show: those in deadlocks first, each with its
 *       ancestors.
 *   <li>{@link #sightAgain}: loops note the chosen coroutines that have not been seen yet, and
 *       those in deadlocks once more, since they may have been seen before the deadlock began.
 *   <li>{@link #tree}: puts children below parents.
 * </ol>
 */
public final class DumpSnapshot {
  /** How often to ask all loops if coroutines move meanwhile. */
  private static final int MOST_ATTEMPTS = 20;

  /** If so many have been noted, repetitions included, some may be missing. */
  private static final int MOST_NOTED = 100_000;

  /** The longest time to note one coroutine, on a busy machine. */
  private static final Duration NOTING = Duration.ofNanos(2000);

  /** How long to wait for the answer of a loop, which a coroutine may hold. */
  public static final Duration ANSWER = Duration.ofMillis(100);

  private final TaskHost scheduler;
  private final List<CoroutineLoop> loops;
  private final int most;
  private final int total;

  /**
   * How long to wait for all loops. It grows with the number of coroutines, so a loop that has many
   * to note does not count as silent.
   */
  private final Duration patience;

  private final List<String> silent = new ArrayList<>();

  /** The coroutines that were noted: one of each loop, then a second one of each, and so on. */
  private final Map<SuspendingCoroutine<?>, Sighting> sighted = new LinkedHashMap<>();

  private final Set<SuspendingCoroutine<?>> deadlocked = new LinkedHashSet<>();

  /** Parents before children. */
  private final Set<SuspendingCoroutine<?>> wanted = new LinkedHashSet<>();

  /** Creates a snapshot of at most a number of coroutines. */
  public DumpSnapshot(TaskHost scheduler, List<CoroutineLoop> loops, int most) {
    this.scheduler = scheduler;
    this.loops = loops;
    this.most = most;
    total = CoroutineLoop.live(loops);
    patience = ANSWER.plus(NOTING.multipliedBy(Math.min(most, total)));
  }

  /** Takes the dump. */
  public CoroutineDump take() {
    sightAll();
    List<List<Edge>> cycles = WaitForGraph.cycles(byNumber(sighted.keySet()));
    for (List<Edge> cycle : cycles) {
      for (Edge edge : cycle) {
        if (edge.waiter() instanceof SuspendingCoroutine<?> coroutine) {
          deadlocked.add(coroutine);
        }
      }
    }
    deadlocked.forEach(this::want);
    sighted.keySet().forEach(this::want);
    sightAgain();
    return new Dump(total, tree(), cycles.stream().map(this::deadlock).toList(), silent);
  }

  /**
   * Lets the loops note their coroutines. One that moves, from a loop that has not answered yet to
   * one that has, is on neither list. So asks again if some are missing, up to a number of times;
   * in a large dump that number is small.
   */
  private void sightAll() {
    int attempts = 0;
    do {
      sightSome();
      attempts++;
    } while (sighted.size() < Math.min(most, CoroutineLoop.live(loops))
        && silent.isEmpty()
        && attempts < MOST_ATTEMPTS
        && attempts * sighted.size() < MOST_NOTED);
  }

  private void sightSome() {
    Map<CoroutineLoop, List<Sighting>> answers = ask(loops, loop -> loop.some(share(loop)));
    int longest = 0;
    for (CoroutineLoop loop : loops) {
      List<Sighting> answer = answers.get(loop);
      if (answer != null) {
        longest = Math.max(longest, answer.size());
      } else if (!loop.isDead() && !loop.hasEnded()) {
        silent.add(loop.name());
        SuspendingCoroutine<?> running = loop.current();
        if (running != null) {
          sighted.put(running, Sighting.glimpse(running));
        }
      }
    }
    for (int at = 0; at < longest; at++) {
      for (CoroutineLoop loop : loops) {
        List<Sighting> answer = answers.getOrDefault(loop, List.of());
        if (at < answer.size()) {
          Sighting each = answer.get(at);
          sighted.put(each.coroutine(), each);
        }
      }
    }
  }

  /**
   * Returns how many coroutines a loop must note: if there are too many, the same share of each
   * loop.
   */
  private int share(CoroutineLoop loop) {
    return total <= most
        ? most
        : Math.min(most, (int) Math.ceilDiv((long) most * loop.live(), total));
  }

  /** Asks loops for sightings. Ignores late answers. */
  private Map<CoroutineLoop, List<Sighting>> ask(
      Collection<CoroutineLoop> some,
      Function<CoroutineLoop, List<SuspendingCoroutine<?>>> forWhom) {
    Map<CoroutineLoop, List<Sighting>> answers = new ConcurrentHashMap<>();
    boolean _ =
        CoroutineLoop.tellAll(
            some,
            patience,
            (loop, done) -> {
              answers.put(loop, Sighting.ofAll(forWhom.apply(loop), loop.elapsedNanos()));
              done.run();
            });
    return Map.copyOf(answers);
  }

  /** Chooses a coroutine and its ancestors to be shown, as long as there is room. */
  private void want(SuspendingCoroutine<?> coroutine) {
    Deque<SuspendingCoroutine<?>> line = new ArrayDeque<>();
    SuspendingCoroutine<?> next = coroutine;
    while (next != null && !wanted.contains(next)) {
      line.push(next);
      next = parentOf(next) instanceof SuspendingCoroutine<?> parent ? parent : null;
    }
    for (SuspendingCoroutine<?> each : line) {
      if (wanted.size() < most && each.loop().scheduler().equals(scheduler)) {
        wanted.add(each);
      }
    }
  }

  private @Nullable Object parentOf(SuspendingCoroutine<?> coroutine) {
    Sighting known = sighted.get(coroutine);
    return known == null ? coroutine.parent() : known.parent();
  }

  private void sightAgain() {
    Map<CoroutineLoop, List<SuspendingCoroutine<?>>> again = new HashMap<>();
    for (SuspendingCoroutine<?> each : wanted) {
      boolean isDue = deadlocked.contains(each) || !sighted.containsKey(each);
      if (isDue && !silent.contains(each.loop().name())) {
        again.computeIfAbsent(each.loop(), _ -> new ArrayList<>()).add(each);
      }
    }
    ask(again.keySet(), loop -> Objects.requireNonNull(again.get(loop)))
        .values()
        .forEach(answer -> answer.forEach(each -> sighted.put(each.coroutine(), each)));
  }

  /** Returns the entries in depth-first order, older siblings first. */
  private List<Entry> tree() {
    Map<SuspendingCoroutine<?>, List<Sighting>> children = new HashMap<>();
    Deque<Place> next = new ArrayDeque<>();
    for (SuspendingCoroutine<?> each : byNumber(wanted).reversed()) {
      Sighting seen = sighted.get(each);
      if (seen == null) {
        continue;
      }
      if (seen.parent() instanceof SuspendingCoroutine<?> parent
          && wanted.contains(parent)
          && sighted.containsKey(parent)) {
        children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(seen);
      } else {
        next.push(new Place(seen, 0));
      }
    }
    List<Entry> entries = new ArrayList<>();
    while (!next.isEmpty()) {
      Place place = next.pop();
      entries.add(place.seen.entry(place.depth));
      children
          .getOrDefault(place.seen.coroutine(), List.of())
          .forEach(child -> next.push(new Place(child, place.depth + 1)));
    }
    return entries;
  }

  private record Place(Sighting seen, int depth) {}

  private static List<SuspendingCoroutine<?>> byNumber(
      Collection<SuspendingCoroutine<?>> coroutines) {
    return coroutines.stream()
        .sorted(Comparator.<SuspendingCoroutine<?>>comparingLong(each -> each.number()))
        .toList();
  }

  /** Returns a deadlock that begins with its oldest coroutine. */
  private Deadlock deadlock(List<Edge> cycle) {
    int oldest = 0;
    for (int at = 1; at < cycle.size(); at++) {
      if (numberOf(cycle.get(at)) < numberOf(cycle.get(oldest))) {
        oldest = at;
      }
    }
    Collections.rotate(cycle, -oldest);
    return new Dump.Cycle(
        cycle.stream()
            .<Link>map(
                edge ->
                    new Dump.Wait(
                        Words.nameOf(edge.waiter()),
                        Words.of(edge.pending()),
                        Words.nameOf(edge.holder())))
            .toList(),
        cycle.stream()
            .map(edge -> sighted.get(edge.waiter()))
            .filter(Objects::nonNull)
            .map(Sighting::remaining)
            .flatMap(Optional::stream)
            .min(Comparator.naturalOrder()));
  }

  private static long numberOf(Edge edge) {
    return edge.waiter() instanceof SuspendingCoroutine<?> coroutine
        ? coroutine.number()
        : Long.MAX_VALUE;
  }
}
