# frozen_string_literal: true

require "fileutils"
require "openssl"

module LocalKafka
  # A certificate authority of this data folder, with one certificate for the brokers and one for
  # a client, as PEM files: `ca.pem`, `server-chain.pem`, `client.pem`, `client.key`.
  class Certificates
    DAYS = 3650

    # @param folder [String] where the files go; those that are there stay
    def initialize(folder)
      @folder = folder
    end

    def make
      return if File.exist?(path("client.key"))

      FileUtils.mkdir_p(@folder)
      @authority_key = OpenSSL::PKey::RSA.new(2048)
      @authority = certificate("karafka-native local authority", @authority_key,
                               "basicConstraints" => "CA:TRUE")
      write("ca.pem", @authority.to_pem)
      make_server
      make_client
    end

    private

    def path(name) = File.join(@folder, name)

    def make_server
      key = OpenSSL::PKey::RSA.new(2048)
      signed = certificate("localhost", key, "subjectAltName" => "DNS:localhost,IP:#{HOST}")
      write("server-chain.pem", key.private_to_pem + signed.to_pem + @authority.to_pem)
    end

    def make_client
      key = OpenSSL::PKey::RSA.new(2048)
      write("client.pem", certificate("client", key).to_pem)
      write("client.key", key.private_to_pem)
    end

    def write(name, text) = File.write(path(name), text, perm: 0o600)

    def certificate(name, key, extensions = {})
      subject = OpenSSL::X509::Name.new([["CN", name]])
      made = OpenSSL::X509::Certificate.new
      made.version = 2
      made.serial = OpenSSL::BN.rand(64)
      made.subject = subject
      made.issuer = @authority ? @authority.subject : subject
      made.public_key = key.public_key
      made.not_before = Time.now - 3600
      made.not_after = Time.now + (DAYS * 86_400)
      extend_with(made, extensions)
      made.sign(@authority_key, OpenSSL::Digest.new("SHA256"))
    end

    def extend_with(made, extensions)
      factory = OpenSSL::X509::ExtensionFactory.new(@authority || made, made)
      extensions.each do |name, value|
        made.add_extension(factory.create_extension(name, value, name == "basicConstraints"))
      end
    end
  end
end
