package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.FirstInTheProcess.Deed;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The JDK's threads that serve all virtual threads of a process survive the schedulers, even if a
 * coroutine was the first to need them: {@link FirstInTheProcess}.
 */
class FirstInTheProcessTest {
  private static String answer(Deed... deeds) throws Exception {
    String[] names = Arrays.stream(deeds).map(Deed::name).toArray(String[]::new);
    return new FreshJvm(FirstInTheProcess.class).with("-XX:TieredStopAtLevel=1").run(names);
  }

  private static String expected(Deed... deeds) {
    return Arrays.stream(deeds)
        .map(deed -> deed + " is well" + System.lineSeparator())
        .collect(Collectors.joining());
  }

  /** Here coroutines are our virtual threads, so each action has a separate process. */
  @Tag("virtual-thread")
  @ParameterizedTest
  @EnumSource(names = {"MONITOR", "WAIT", "COMMON_POOL", "SOCKET"})
  void schedulers_whoseCoroutineIsTheFirst_doNoHarm(Deed deed) throws Exception {
    assertEquals(expected(deed), answer(deed));
  }

  @Tag("not-plain-thread")
  @Test
  void schedulers_comingAndGoing_doNoHarm() throws Exception {
    assertEquals(expected(Deed.values()), answer(Deed.values()));
  }
}
