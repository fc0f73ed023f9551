package io.tourbillon.junit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The build runs the tests on the versions of JUnit that it says. */
class VersionTest {
  private static final String VERSION = System.getProperty("tests.junit", "");

  @Test
  void junit_isTheOneThatTheBuildNames() {
    String jar = Test.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    assertTrue(jar.endsWith("-" + VERSION + ".jar"), () -> VERSION + " and not " + jar);
  }

  @Test
  void engine_isOfTheSameVersion() throws ClassNotFoundException {
    Class<?> engine = Class.forName("org.junit.jupiter.engine.JupiterTestEngine");
    String jar = engine.getProtectionDomain().getCodeSource().getLocation().getPath();
    assertTrue(jar.endsWith("-" + VERSION + ".jar"), () -> VERSION + " and not " + jar);
  }
}
