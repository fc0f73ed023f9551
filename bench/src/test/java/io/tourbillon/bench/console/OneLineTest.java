package io.tourbillon.bench.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class OneLineTest {
  @Test
  void of_whatATerminalWouldObey_isReplaced() {
    assertEquals(
        "a\\u000ab\\u001b[2J\\u202ec\\u0000\\u0e0001",
        OneLine.of("a\nb\u001b[2J\u202ec\u0000\udb40\udc01"));
    assertEquals("Größe 𝄞 ٣", OneLine.of("Größe 𝄞 ٣"));
  }

  @Test
  void cause_ofAFile_isInWords() {
    assertEquals("no such file or folder", OneLine.cause(new NoSuchFileException("x")));
    assertEquals("permission denied", OneLine.cause(new AccessDeniedException("x")));
    assertEquals("the file is there already", OneLine.cause(new FileAlreadyExistsException("x")));
    assertEquals("disk full", OneLine.cause(new FileSystemException("x", null, "disk full")));
    assertEquals(
        "x: disk full", OneLine.causeWithFile(new FileSystemException("x", null, "disk full")));
  }

  @Test
  void cause_ofOthers_hasTheInnermostReasonOnce() {
    IOException inner = new BindException("Address already in use");
    assertEquals("Address already in use", OneLine.cause(inner));
    assertEquals(
        "no server: Address already in use", OneLine.cause(new IOException("no server", inner)));
    assertEquals(
        "java.net.BindException: Address already in use", OneLine.cause(new IOException(inner)));
    assertEquals("IOException", OneLine.cause(new IOException()));
  }
}
