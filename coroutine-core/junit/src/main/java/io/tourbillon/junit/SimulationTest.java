package io.tourbillon.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test method that runs as a coroutine of a {@link io.tourbillon.coroutine.testkit.Simulation},
 * in many orders of turns. Time is virtual: delays and limits take no real time. Each run has a
 * seed of its own, and an instance of the test class of its own, with its {@code @BeforeEach}
 * methods. After the first run that fails there are no more; the failure names the seed.
 *
 * <pre>{@code
 * @SimulationTest(runs = 100)
 * void transfers_loseNothing() {
 *   CoroutineScope.gather(List.of(() -> from.transfer(10, to), () -> from.transfer(20, to)));
 *   assertEquals(30, to.balance());
 * }
 * }</pre>
 *
 * <p>The seeds are consecutive. The first one comes by chance, or from {@link SimulationSeed}, or
 * from the configuration parameter {@link TourbillonExtension#SEED_PARAMETER}. To repeat a run that
 * has failed, set its seed in one of these ways: it will be the first. The documentation of {@link
 * io.tourbillon.coroutine.testkit} says what a seed determines.
 *
 * <p>A run fails if the method throws, and for the reasons of a simulation: a deadlock, a failure
 * that no code has seen, coroutines that are left, a wait in real time. If the runs are executed in
 * parallel, those that have begun go on after a failure, and the others are reported as skipped.
 *
 * <p><b>What runs where.</b> Only the method itself is a coroutine. Constructors, {@code
 * BeforeEach} and {@code AfterEach} methods run on the thread of JUnit, outside of the simulation.
 * Thread-locals that other extensions set on that thread are not seen by the method.
 *
 * <p><b>Parameters.</b> The method takes what other extensions offer, and none of the types that
 * {@link TourbillonExtension} offers to other tests: it has {@code Simulation.clock()}, and spawns
 * by {@code CoroutineScope} and {@code Coroutines}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@TestTemplate
@ExtendWith(TourbillonExtension.class)
public @interface SimulationTest {
  /**
   * How many orders to try, each with a seed of its own; at least 1. A run takes a millisecond or
   * two besides what the method does.
   */
  int runs() default 100;
}
