# frozen_string_literal: true

require "fileutils"
require "open3"

module LocalKafka
  # The jars of Apache Kafka, resolved once from Maven Central into a cache folder that all
  # clusters of this user share.
  class Jars
    VERSION = ENV.fetch("KARAFKA_KAFKA_VERSION", "4.1.0")
    CACHE = File.expand_path(
      ENV.fetch("KARAFKA_KAFKA_CACHE", File.join(Dir.home, ".cache", "karafka-native", "kafka"))
    )

    POM = <<~XML
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>local</groupId><artifactId>kafka-jars</artifactId><version>1</version>
        <dependencies>
          <dependency>
            <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>%<version>s</version>
          </dependency>
          <dependency>
            <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
          </dependency>
        </dependencies>
      </project>
    XML

    # @param out [IO] where progress goes
    def initialize(out: $stdout)
      @out = out
    end

    # @return [String] the class path for `java -cp`
    # @raise [Error] without Java or Maven, or when Maven fails
    def class_path
      need("java", "default-jre-headless")
      FileUtils.mkdir_p(folder)
      File.open(File.join(folder, ".lock"), File::CREAT | File::RDWR) do |lock|
        lock.flock(File::LOCK_EX)
        resolve unless File.exist?(marker)
      end
      File.join(libs, "*")
    end

    private

    def folder = File.join(CACHE, VERSION)
    def libs = File.join(folder, "libs")
    def marker = File.join(folder, "complete")

    def need(program, package)
      return if ENV["PATH"].split(":").any? { |path| File.executable?(File.join(path, program)) }

      raise Error, "`#{program}` is missing: install it with `apt-get install #{package}`"
    end

    def resolve
      need("mvn", "maven")
      @out.puts "Resolving Apache Kafka #{VERSION} from Maven Central into #{libs} (once, about 43 MB)"
      File.write(File.join(folder, "pom.xml"), format(POM, version: VERSION))
      run_maven
      count = Dir.glob(File.join(libs, "*.jar")).size
      raise Error, "Maven left no jar in #{libs}" if count.zero?

      @out.puts "  #{count} jars are there"
      FileUtils.touch(marker)
    end

    def run_maven
      command = %W[mvn -B -f #{folder}/pom.xml dependency:copy-dependencies -DoutputDirectory=#{libs}]
      lines = []
      status = Open3.popen2e(*command) do |input, output, waiter|
        input.close
        output.each_line { |line| lines << show(line) }
        waiter.value
      end
      raise Error, "Maven failed:\n#{lines.last(15).join}" unless status.success?
    end

    def show(line)
      name = line[%r{Downloaded from \S+ \S+/([^/\s]+\.jar)}, 1]
      @out.puts "  #{name}" if name
      line
    end
  end
end
