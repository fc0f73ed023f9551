package io.tourbillon.bench.example;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say where a server listens. */
final class Address {
  private static final int LAST_PORT = 65_535;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Its address. Default: the loopback address, which nobody else can reach.")
  private InetAddress host = InetAddress.getLoopbackAddress();

  @Option(
      names = "--port",
      defaultValue = "7007",
      paramLabel = "N",
      description = "Its port; ${DEFAULT-VALUE} by default. A server takes 0 for any that is free.")
  private int port;

  InetSocketAddress get() {
    if (port < 0 || port > LAST_PORT) {
      throw new ParameterException(
          command.commandLine(), "--port must be from 0 to " + LAST_PORT + ": " + port);
    }
    return new InetSocketAddress(host, port);
  }
}
