package io.tourbillon.bench.subject;

import java.util.Locale;

/** Something that is measured. Implemented by enums, whose constants name it. */
public interface Subject {
  /** The constant's name. */
  String name();

  /** A summary shows the best of each family. */
  Family family();

  /** How it is configured, for readers who know it well. */
  String configuration();

  /** Its name in results and on the command line: {@code netty-512}. */
  default String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** For readers: the family, and what distinguishes it from others of the family, if anything. */
  default String title() {
    String own =
        name().startsWith(family().name())
            ? name().substring(family().name().length())
            : "_" + name();
    return own.isEmpty()
        ? family().title()
        : family().title() + "," + own.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
