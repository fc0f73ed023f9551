package io.tourbillon.bench.subject;

import java.util.Locale;

/** Something that is measured. Implemented by enums, whose constants are the names. */
public interface Subject {
  /** Returns the name of the constant. */
  String name();

  /** The family. A summary shows the best subject of each. */
  Family family();

  /** Its configuration, for readers who know the library well. */
  String configuration();

  /** Its name in results and on the command line: {@code netty-512}. */
  default String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * A title for readers: the family, and what distinguishes the subject from others of the family.
   */
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
