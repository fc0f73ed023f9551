package io.tourbillon.junit;

import io.tourbillon.coroutine.testkit.Simulation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.opentest4j.TestAbortedException;

/** One run of a {@link SimulationTest}. */
final class SeededRun
    implements TestTemplateInvocationContext,
        ExecutionCondition,
        InvocationInterceptor,
        AfterEachCallback {
  private final long seed;
  private final int run;
  private final int runs;

  /** Shared by all runs, which may be parallel; set by the first that fails. */
  private final AtomicBoolean failed;

  SeededRun(long seed, int run, int runs, AtomicBoolean failed) {
    this.seed = seed;
    this.run = run;
    this.runs = runs;
    this.failed = failed;
  }

  @Override
  public String getDisplayName(int invocationIndex) {
    return "run " + run + " of " + runs + ", seed " + Seeds.text(seed);
  }

  @Override
  public List<Extension> getAdditionalExtensions() {
    return List.of(this);
  }

  /** Parallel runs are all submitted at once. */
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return failed.get()
        ? ConditionEvaluationResult.disabled("another run has failed")
        : ConditionEvaluationResult.enabled("no run has failed");
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext context)
      throws Throwable {
    try {
      Engines.set(context, new Simulation())
          .seed(seed)
          .run(() -> proceed(invocation, TourbillonExtension.openServices(context)));
    } catch (TestAbortedException aborted) {
      throw aborted;
    } catch (Throwable failure) {
      Seeds.tell(context, failure, seed);
      throw failure;
    }
  }

  /** Runs as a coroutine. */
  private static void proceed(Invocation<@Nullable Void> invocation, @Nullable OpenServices open)
      throws Exception {
    try {
      if (open == null) {
        invocation.proceed();
      } else {
        open.during(invocation::proceed);
      }
    } catch (Exception | Error thrown) {
      throw thrown;
    } catch (Throwable neither) {
      throw new AssertionError(neither);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    boolean hasFailed =
        context
            .getExecutionException()
            .filter(thrown -> !(thrown instanceof TestAbortedException))
            .isPresent();
    if (hasFailed) {
      failed.set(true);
    }
  }
}
