package io.tourbillon.bench.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** The demo of durable timers, with a process that is really killed. */
@Timeout(120)
@Tag("long")
class OrdersDemoTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... options) {
    String[] all = new String[options.length + 1];
    all[0] = "demo";
    System.arraycopy(options, 0, all, 1, options.length);
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all);
  }

  private long number(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(out.toString());
    assertTrue(matcher.find(), pattern + " in " + out);
    return Long.parseLong(matcher.group(1).replace(",", ""));
  }

  @Test
  void demo_durable_keepsThePromiseAcrossAKill() {
    assertEquals(0, execute("--durable", "--seconds", "4"), () -> out + "\n" + err);
    assertTrue(number("SIGKILL: ([\\d,]+) orders open") > 0, "there is something to lose");
    assertTrue(number("orders +([\\d,]+) accepted") > 0);
    assertTrue(number("accepted: ([\\d,]+) paid in time") > 0);
    assertTrue(number("of ([\\d,]+) due before the return") > 0);
    assertTrue(number("of ([\\d,]+) due after the return") > 0);
    assertTrue(number("promise +kept: each of ([\\d,]+) orders that were not paid expired") > 0);
    assertEquals("", err.toString());
  }

  @Test
  void demo_durableForTooShort_isRefused() {
    assertEquals(CommandLine.ExitCode.USAGE, execute("--durable=true", "--seconds", "3"));
    assertTrue(err.toString().startsWith("--seconds must be at least 4: 3"), err::toString);
  }

  @Test
  void stop_beforeTheKill_endsWithAnAccount() throws Exception {
    OrdersDemo demo = new OrdersDemo(1_000, new PrintWriter(out));
    demo.stop();
    assertTrue(demo.run(), out::toString);
    assertTrue(out.toString().contains("stopped   before the kill"), out::toString);
  }
}
