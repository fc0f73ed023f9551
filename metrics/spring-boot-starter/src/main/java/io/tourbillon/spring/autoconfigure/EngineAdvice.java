package io.tourbillon.spring.autoconfigure;

import io.tourbillon.coroutine.Engine;

/** Says how a Spring Boot application is started with the flag of an engine. */
final class EngineAdvice {
  private EngineAdvice() {}

  static String of(Engine engine) {
    String[] flag = engine.flag().split("=", 3); // The option, the package, and to whom.
    String attribute = flag[0].equals("--add-opens") ? "Add-Opens" : "Add-Exports";
    return """
    The engine %s needs a flag of the JVM:
      in the manifest of an executable jar:  %s: %s
      in a container, or before java:        JDK_JAVA_OPTIONS=%s
      on the command line:                   java %s ...\
    """
        .formatted(name(engine), attribute, flag[1], engine.flag(), engine.flag());
  }

  /** Returns the name of an engine as in properties. */
  static String name(Engine engine) {
    return engine.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
