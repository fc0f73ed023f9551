package io.tourbillon.coroutine.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.generator.GeneratorClosedException;
import io.tourbillon.coroutine.generator.Step;
import io.tourbillon.coroutine.generator.TwoWayGenerator;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The everyday uses of Python's generators, by coroutines and by a plain thread. */
class ComingFromPythonGeneratorsTest extends MigrationPage {
  /**
   * In Python:
   *
   * <pre>{@code
   * def count_to(last):
   *     for n in range(1, last + 1):
   *         yield n
   * }</pre>
   */
  private static Generator<Integer> countTo(int last) {
    return Generator.of(
        out -> {
          for (int n = 1; n <= last; n++) {
            out.yield(n);
          }
        });
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * for n in count_to(3): print(n)
   * }</pre>
   */
  @Test
  void forLoop_takesAllValues() throws Exception {
    List<Integer> values = new ArrayList<>();
    run(
        () -> {
          try (var numbers = countTo(3)) {
            numbers.forEach(values::add);
          }
        });
    assertEquals(List.of(1, 2, 3), values);
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * numbers = count_to(1)
   * next(numbers)
   * try: next(numbers)
   * except StopIteration as end: print(end.value)
   * }</pre>
   */
  @Test
  void next_saysWhetherItWasAValueOrTheEnd() throws Exception {
    run(
        () -> {
          try (TwoWayGenerator<String, Void, Integer> lines =
              TwoWayGenerator.returning(
                  out -> {
                    out.yield("line");
                    return 1;
                  })) {
            for (int time = 0; time < 2; time++) {
              switch (lines.next()) {
                case Step.Yielded(String line) -> seen.add(line);
                case Step.Ended(Integer count) -> seen.add("after " + count);
              }
            }
          }
        });
    assertEquals(List.of("line", "after 1"), seen);
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * def averager():
   *     total, count, average = 0, 0, None
   *     while True:
   *         term = yield average
   *         total += term; count += 1; average = total / count
   * average = averager()
   * next(average)
   * average.send(10); average.send(20)
   * }</pre>
   */
  @Test
  void send_isWhatTheYieldReturns() throws Exception {
    run(
        () -> {
          try (TwoWayGenerator<Double, Double, Void> average =
              TwoWayGenerator.of(
                  out -> {
                    double total = 0;
                    Double term = out.yield(Double.NaN);
                    for (int count = 1; term != null; count++) {
                      total += term;
                      term = out.yield(total / count);
                    }
                  })) {
            average.next();
            assertEquals(new Step.Yielded<Double, Void>(10.0), average.send(10.0));
            assertEquals(new Step.Yielded<Double, Void>(15.0), average.send(20.0));
          }
        });
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * numbers.throw(ValueError("reset"))     # seen at the yield, which may continue
   * }</pre>
   */
  @Test
  void throw_isRaise() throws Exception {
    run(
        () -> {
          try (TwoWayGenerator<Integer, Void, Void> counter =
              TwoWayGenerator.of(
                  out -> {
                    int n = 0;
                    while (true) {
                      try {
                        out.yield(n++);
                      } catch (IllegalArgumentException reset) {
                        n = 0;
                      }
                    }
                  })) {
            counter.next();
            assertEquals(new Step.Yielded<Integer, Void>(1), counter.next());
            assertEquals(
                new Step.Yielded<Integer, Void>(0),
                counter.raise(new IllegalArgumentException("reset")));
          }
        });
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * def lines(path):
   *     try:
   *         while True: yield read()
   *     finally:
   *         release()
   * reader = lines(path)
   * next(reader)
   * reader.close()
   * }</pre>
   */
  @Test
  void close_runsFinally() throws Exception {
    run(
        () -> {
          Generator<String> lines =
              Generator.of(
                  out -> {
                    try {
                      while (true) {
                        out.yield("line");
                      }
                    } finally {
                      seen.add("released");
                    }
                  });
          lines.next();
          lines.close();
        });
    assertEquals(List.of("released"), seen);
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * def both():
   *     first = yield from part("a")
   *     second = yield from part("b")
   *     return first + second
   * }</pre>
   */
  @Test
  void yieldFrom_isYieldAll_withTheResultOfThePart() throws Exception {
    run(
        () -> {
          try (TwoWayGenerator<String, Void, Integer> both =
              TwoWayGenerator.returning(out -> out.yieldAll(part("a")) + out.yieldAll(part("b")))) {
            assertEquals(new Step.Yielded<String, Integer>("a1"), both.next());
            assertEquals(new Step.Yielded<String, Integer>("a2"), both.next());
            assertEquals(new Step.Yielded<String, Integer>("b1"), both.next());
            assertEquals(new Step.Yielded<String, Integer>("b2"), both.next());
            assertEquals(new Step.Ended<String, Integer>(4), both.next());
          }
        });
  }

  private static TwoWayGenerator<String, Void, Integer> part(String name) {
    return TwoWayGenerator.returning(
        out -> {
          out.yield(name + 1);
          out.yield(name + 2);
          return 2;
        });
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * def walk(tree):
   *     if tree:
   *         yield from walk(tree.left)
   *         yield tree.value
   *         yield from walk(tree.right)
   * }</pre>
   */
  @Test
  void recursion_walksATree() throws Exception {
    Tree tree = new Tree(new Tree(null, 1, null), 2, new Tree(new Tree(null, 3, null), 4, null));
    List<Integer> values = new ArrayList<>();
    run(
        () -> {
          try (var walk = walk(tree)) {
            walk.forEach(values::add);
          }
        });
    assertEquals(List.of(1, 2, 3, 4), values);
  }

  private record Tree(Tree left, int value, Tree right) {}

  private static Generator<Integer> walk(Tree tree) {
    return Generator.of(
        out -> {
          if (tree != null) {
            out.yieldAll(walk(tree.left));
            out.yield(tree.value);
            out.yieldAll(walk(tree.right));
          }
        });
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * squares = (n * n for n in numbers)
   * even = (n for n in squares if n % 2 == 0)
   * print(sum(even))
   * }</pre>
   */
  @Test
  void pipeline_isLazy_stageByStage() throws Exception {
    run(
        () -> {
          try (var numbers = countTo(4);
              var squares = mapped(numbers)) {
            int sum = 0;
            for (int square : squares) {
              seen.add("took " + square);
              sum += square;
            }
            assertEquals(30, sum);
          }
        });
    assertEquals(
        List.of("made 1", "took 1", "made 4", "took 4", "made 9", "took 9", "made 16", "took 16"),
        seen);
  }

  private Generator<Integer> mapped(Iterable<Integer> numbers) {
    return Generator.of(
        out -> {
          for (int n : numbers) {
            seen.add("made " + n * n);
            out.yield(n * n);
          }
        });
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * def printer(prefix):
   *     try:
   *         while True: print(prefix, (yield))
   *     except GeneratorExit:
   *         print("bye")
   * sink = printer(">"); next(sink)
   * sink.send("a"); sink.send("b"); sink.close()
   * }</pre>
   */
  @Test
  void consumer_isSentItsValues_andToldOfTheEnd() throws Exception {
    run(
        () -> {
          TwoWayGenerator<Void, String, Void> printer =
              TwoWayGenerator.of(
                  out -> {
                    try {
                      while (true) {
                        seen.add("> " + out.yield(null));
                      }
                    } catch (GeneratorClosedException closed) {
                      seen.add("bye");
                    }
                  });
          printer.next();
          printer.send("a");
          printer.send("b");
          printer.close();
        });
    assertEquals(List.of("> a", "> b", "bye"), seen);
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * transaction = contextmanager(lambda: ...)
   * # begin(); try: yield connection; commit(); except: rollback(); raise
   * with transaction() as connection: ...
   * }</pre>
   */
  @Test
  void contextManager_isAGeneratorOfOneValue() throws Exception {
    run(
        () -> {
          assertEquals("used session", with(transaction(), session -> "used " + session));
          IllegalStateException failure = new IllegalStateException("full");
          assertSame(
              failure,
              assertThrows(
                  IllegalStateException.class,
                  () ->
                      with(
                          transaction(),
                          session -> {
                            throw failure;
                          })));
        });
    assertEquals(List.of("begin", "commit", "begin", "rollback"), seen);
  }

  private TwoWayGenerator<String, Void, Void> transaction() {
    return TwoWayGenerator.of(
        out -> {
          seen.add("begin");
          try {
            out.yield("session");
          } catch (IllegalStateException failure) {
            seen.add("rollback");
            throw failure;
          }
          seen.add("commit");
        });
  }

  private interface Use<T, R> {
    R of(T resource);
  }

  private static <T, R> R with(TwoWayGenerator<T, Void, Void> manager, Use<T, R> use) {
    try (manager) {
      Iterator<T> values = manager.iterator();
      R result;
      try {
        result = use.of(values.next());
      } catch (RuntimeException failure) {
        CompletionException thrown =
            assertThrows(CompletionException.class, () -> manager.raise(failure));
        throw assertInstanceOf(RuntimeException.class, thrown.getCause());
      }
      manager.next();
      return result;
    }
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * list(islice((n * n for n in count(1)), 3))
   * ",".join(takewhile(short, words))
   * }</pre>
   */
  @Test
  void itertools_areThoseOfAStream() throws Exception {
    run(
        () -> {
          try (Stream<Integer> numbers = countTo(Integer.MAX_VALUE).stream()) {
            assertEquals(List.of(1, 4, 9), numbers.map(n -> n * n).limit(3).toList());
          }
          try (Stream<Integer> numbers = countTo(9).stream()) {
            assertEquals(
                "1,2,3",
                numbers
                    .takeWhile(n -> n < 4)
                    .map(String::valueOf)
                    .collect(Collectors.joining(",")));
          }
        });
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * for letter, n in zip(letters(), count_to(2)): ...
   * for value in chain(count_to(2), [7]): ...
   * }</pre>
   */
  @Test
  void zip_andChain_takeFromSeveral() throws Exception {
    run(
        () -> {
          try (var left = part("a");
              var right = countTo(2)) {
            Iterator<Integer> numbers = right.iterator();
            for (String letter : left) {
              seen.add(letter + "=" + numbers.next());
            }
          }
          try (Generator<Integer> chain =
              Generator.of(
                  out -> {
                    out.yieldAll(countTo(2));
                    out.yieldEach(List.of(7));
                  })) {
            chain.forEach(value -> seen.add(value.toString()));
          }
        });
    assertEquals(List.of("a1=1", "a2=2", "1", "2", "7"), seen);
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * def schedule(tasks):               # the oldest trick: a scheduler of generators
   *     while tasks:
   *         task = tasks.pop(0)
   *         try: print(next(task)); tasks.append(task)
   *         except StopIteration: pass
   * }</pre>
   */
  @Test
  void roundRobin_ofGenerators_isASchedulerByHand() throws Exception {
    run(
        () -> {
          List<TwoWayGenerator<String, Void, Integer>> tasks =
              new ArrayList<>(List.of(part("a"), part("b")));
          while (!tasks.isEmpty()) {
            TwoWayGenerator<String, Void, Integer> task = tasks.removeFirst();
            if (task.next() instanceof Step.Yielded(String value)) {
              seen.add(value);
              tasks.add(task);
            }
          }
        });
    assertEquals(List.of("a1", "b1", "a2", "b2"), seen);
  }

  /**
   * In Python:
   *
   * <pre>{@code
   * next(generator)                    # by code outside of coroutines
   * }</pre>
   */
  @Test
  void next_byAPlainThread_isForThoseOnAScheduler() {
    try (Generator<String> slow =
        Generator.of(
            scheduler,
            out -> {
              sleep(10);
              out.yield("value");
            })) {
      slow.forEach(this::note);
    }
    assertEquals(List.of("value at 10"), seen);
  }
}
