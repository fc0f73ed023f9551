package io.tourbillon.bench.jmh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code tourbillon jmh}: has no options of its own, so that all of JMH's pass through. */
@Command(
    name = "jmh",
    description = {
      "Hands all arguments over to JMH: jmh -h tells of them, jmh -l lists the benchmarks."
    })
public final class JmhCommand implements Callable<Integer> {
  @Unmatched List<String> arguments = new ArrayList<>();

  /** JMH ends the JVM itself when it does not like its arguments. */
  @Override
  public Integer call() throws IOException {
    org.openjdk.jmh.Main.main(arguments.toArray(new String[0]));
    return 0;
  }
}
