package io.tourbillon.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that a test, or all tests of a class and of its {@code @Nested} classes, may end while
 * timers are pending, coroutines have not ended, or services are open. What belongs to the
 * parameters of the test is still closed. Failures of tasks and coroutines still fail the test.
 *
 * <p>For example for a class under test that keeps a scheduler in a static field.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface LeaksAllowed {
  /** Why; must not be blank. */
  String value();
}
