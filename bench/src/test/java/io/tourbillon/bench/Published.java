package io.tourbillon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The modules of the build, as the poms name them. Which of them are published, says a property.
 */
final class Published {
  private static final Path ROOT = Path.of("..");
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern PARENT = Pattern.compile("(?s)<parent>.*?</parent>");
  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");
  private static final Pattern PACKAGING = Pattern.compile("<packaging>([^<]+)</packaging>");
  private static final String NOT_PUBLISHED = "<maven.deploy.skip>true</maven.deploy.skip>";

  private Published() {}

  /** Returns the folders of the modules that are published, in the order of the root pom. */
  static List<String> modules() throws IOException {
    List<String> modules = new ArrayList<>();
    Matcher module = MODULE.matcher(Files.readString(ROOT.resolve("pom.xml")));
    while (module.find()) {
      if (!pom(module.group(1)).contains(NOT_PUBLISHED)) {
        modules.add(module.group(1));
      }
    }
    return modules;
  }

  static String artifactId(String module) throws IOException {
    Matcher name = ARTIFACT.matcher(PARENT.matcher(pom(module)).replaceFirst(""));
    if (!name.find()) {
      throw new AssertionError("the pom of " + module + " must have an artifactId");
    }
    return name.group(1);
  }

  /** Returns {@code jar} or {@code pom}. */
  static String packaging(String module) throws IOException {
    Matcher packaging = PACKAGING.matcher(pom(module));
    return packaging.find() ? packaging.group(1) : "jar";
  }

  static String pom(String module) throws IOException {
    return Files.readString(ROOT.resolve(module).resolve("pom.xml"));
  }
}
