package io.tourbillon.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.spring.CoroutineSchedulerBuilderCustomizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.support.SpringFactoriesLoader;

@Timeout(60)
class EngineTest {
  private static FailureAnalysis analysis(Throwable failure) {
    return SpringFactoriesLoader.forDefaultResourceLocation()
        .load(
            FailureAnalyzer.class,
            SpringFactoriesLoader.FailureHandler.logging(
                org.apache.commons.logging.LogFactory.getLog(EngineTest.class)))
        .stream()
        .filter(EngineFailureAnalyzer.class::isInstance)
        .map(analyzer -> analyzer.analyze(failure))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void advice_forVirtualThreads_saysHowToGiveTheFlag() {
    FailureAnalysis analysis =
        analysis(new IllegalStateException(new EngineUnavailableException(Engine.VIRTUAL_THREAD)));
    assertThat(analysis.getDescription())
        .contains("tourbillon.coroutines.engine")
        .contains("virtual-thread")
        .contains("--add-opens=java.base/java.lang=ALL-UNNAMED");
    assertThat(analysis.getAction())
        .contains("Add-Opens: java.base/java.lang\n")
        .contains("JDK_JAVA_OPTIONS=--add-opens=java.base/java.lang=ALL-UNNAMED\n");
  }

  @Test
  void advice_forContinuations_namesTheOtherFlag() {
    assertThat(analysis(new EngineUnavailableException(Engine.CONTINUATION)).getAction())
        .contains("Add-Exports: java.base/jdk.internal.vm\n")
        .contains("JDK_JAVA_OPTIONS=--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED\n");
  }

  /** Whichever flags this JVM was started with. */
  @ParameterizedTest
  @EnumSource
  void engineOfTheProperty_runs_orFailsTheStart(Engine engine) {
    AutoConfigurationTest.runner()
        .withPropertyValues("tourbillon.coroutines.engine=" + EngineAdvice.name(engine))
        .run(
            context -> {
              if (engine.isAvailable()) {
                assertThat(context)
                    .getBean(CoroutineScheduler.class)
                    .extracting(CoroutineScheduler::engine)
                    .isEqualTo(engine);
              } else {
                assertThat(context).hasFailed();
                assertThat(analysis(context.getStartupFailure())).isNotNull();
              }
            });
  }

  /** Returns what is logged below the name of the library while a context starts. */
  private static List<String> warningsOf(ApplicationContextRunner runner) {
    List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            warnings.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("io.tourbillon");
    logger.addHandler(handler);
    try {
      runner.run(context -> assertThat(context).hasNotFailed());
    } finally {
      logger.removeHandler(handler);
    }
    return warnings;
  }

  @ParameterizedTest
  @CsvSource({"2, fifo, plain-thread", "1, fifo, handoff", "2, priority, handoff"})
  void startWithoutTheFlag_warns_andSaysHowToGiveIt(String loops, String policy, String engine) {
    List<String> warnings =
        warningsOf(
            AutoConfigurationTest.runner()
                .withPropertyValues(
                    "tourbillon.coroutines.loops=" + loops,
                    "tourbillon.coroutines.policy=" + policy));
    if (Engine.VIRTUAL_THREAD.isAvailable()) {
      assertThat(warnings).isEmpty();
    } else {
      assertThat(warnings).hasSize(2);
      assertThat(warnings.getFirst()).startsWith("coroutines run on Engine.");
      assertThat(warnings.getLast())
          .contains("tourbillon.coroutines.engine=" + engine)
          .contains("Add-Opens: java.base/java.lang")
          .contains("JDK_JAVA_OPTIONS")
          .contains("tourbillon.coroutines.enabled=false");
    }
  }

  @Test
  void customizerThatNeedsTurns_getsThem() {
    AutoConfigurationTest.runner()
        .withPropertyValues("tourbillon.coroutines.loops=2")
        .withBean(
            CoroutineSchedulerBuilderCustomizer.class,
            () -> builder -> builder.policy(SchedulingPolicy.random(1)))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(CoroutineScheduler.class).engine())
                  .isNotEqualTo(Engine.PLAIN_THREAD);
            });
  }
}
