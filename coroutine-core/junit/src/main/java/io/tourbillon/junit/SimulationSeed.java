package io.tourbillon.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The seed that decides the order of turns, in place of one by chance: of a test, or of all tests
 * of a class and of its {@code @Nested} classes. The nearest one counts. Of a {@link
 * SimulationTest} with several runs it is the seed of the first.
 *
 * <pre>{@code
 * @SimulationTest(runs = 100)
 * @SimulationSeed(0x2A)                      // from the message of a failure
 * void transfers_loseNothing() { ... }
 * }</pre>
 *
 * <p>The configuration parameter {@link TourbillonExtension#SEED_PARAMETER} sets the seed of all
 * tests without this annotation.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface SimulationSeed {
  /** Any number. */
  long value();
}
