//! RSA keys: parsed once, used through OpenSSL, whose arithmetic is constant-time.

use openssl::encrypt::{Decrypter, Encrypter};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{HasPublic, PKey, PKeyRef, Private, Public};
use openssl::rsa::{Padding, Rsa};
use zeroize::Zeroizing;

use super::error::{CipherError, Kind};
use super::local::{Inherited, Local};

/// Bytes that PKCS#1 v1.5 padding takes at least (RFC 8017, 7.2).
const PADDING: usize = 11;
/// Smallest modulus that may wrap a data key, in bytes.
const SEALING: usize = 256;

/// What encrypts: a public key.
pub struct PublicKey {
    key: PKey<Public>,
    modulus: usize,
}

impl PublicKey {
    /// Reads `BEGIN PUBLIC KEY` and `BEGIN RSA PUBLIC KEY`.
    ///
    /// # Errors
    /// [`Kind::Key`] for anything else, also for a private key, which has no place at a producer.
    pub fn parse(pem: &[u8]) -> Result<Self, CipherError> {
        let refused = |_: ErrorStack| CipherError::from(Kind::Key("is no RSA public key in PEM"));
        let rsa = Rsa::public_key_from_pem(pem).or_else(|_| Rsa::public_key_from_pem_pkcs1(pem)).map_err(
            |error| match private(pem) {
                Ok(_) => Kind::Key("is a private key: only its public half belongs here").into(),
                Err(_) => refused(error),
            },
        )?;
        let modulus = rsa.size() as usize;
        Ok(Self { key: PKey::from_rsa(rsa).map_err(refused)?, modulus })
    }

    /// Length of its modulus, and of everything it encrypts, in bytes.
    pub fn modulus(&self) -> usize {
        self.modulus
    }

    /// Whether it is long enough to wrap data keys.
    pub fn may_seal(&self) -> bool {
        self.modulus >= SEALING
    }

    /// One RSA encryption with PKCS#1 v1.5 padding.
    ///
    /// # Errors
    /// [`Kind::PayloadTooLarge`].
    pub fn encrypt(&self, plain: &[u8]) -> Result<Vec<u8>, CipherError> {
        let limit = self.modulus.saturating_sub(PADDING);
        if plain.len() > limit {
            return Err(Kind::PayloadTooLarge { bytes: plain.len(), limit }.into());
        }
        encrypt(&self.key, Padding::PKCS1, plain).map_err(|_| Kind::Internal("RSA encryption").into())
    }

    /// Wraps a data key: OAEP with SHA-256.
    ///
    /// # Errors
    /// [`Kind::Internal`].
    pub fn wrap(&self, data_key: &[u8]) -> Result<Vec<u8>, CipherError> {
        encrypt(&self.key, Padding::PKCS1_OAEP, data_key).map_err(|_| Kind::Internal("RSA-OAEP").into())
    }
}

fn encrypt<T: HasPublic>(key: &PKeyRef<T>, padding: Padding, plain: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut encrypter = Encrypter::new(key)?;
    encrypter.set_rsa_padding(padding)?;
    if padding == Padding::PKCS1_OAEP {
        encrypter.set_rsa_oaep_md(MessageDigest::sha256())?;
        encrypter.set_rsa_mgf1_md(MessageDigest::sha256())?;
    }
    let mut out = vec![0; encrypter.encrypt_len(plain)?];
    let length = encrypter.encrypt(plain, &mut out)?;
    out.truncate(length);
    Ok(out)
}

/// What decrypts. A child of the process parses the key again: OpenSSL's own copy has locks inside, which
/// another thread may have held at the fork.
pub struct PrivateKey {
    key: Local<Parsed>,
    modulus: usize,
}

/// `None` only where a key that was read before cannot be read again.
struct Parsed(Option<PKey<Private>>);

impl Inherited for Parsed {
    // The parent's key is the child's as well: its own copy has just been made.
    fn wipe(&self) {}
}

impl PrivateKey {
    /// Reads an RSA private key, never asking for a passphrase.
    ///
    /// # Errors
    /// [`Kind::Key`].
    pub fn parse(pem: &[u8]) -> Result<Self, CipherError> {
        let refused =
            |_: ErrorStack| CipherError::from(Kind::Key("is no unencrypted RSA private key in PEM"));
        let rsa = private(pem).map_err(refused)?;
        let modulus = rsa.size() as usize;
        let der = Zeroizing::new(rsa.private_key_to_der().map_err(refused)?);
        let parse = move || Parsed(Rsa::private_key_from_der(&der).and_then(PKey::from_rsa).ok());
        Ok(Self { key: Local::new(parse), modulus })
    }

    /// Length of its modulus in bytes.
    pub fn modulus(&self) -> usize {
        self.modulus
    }

    /// Undoes [`PublicKey::encrypt`]. A wrong key fails or gives garbage, as OpenSSL's version has it.
    pub(super) fn decrypt(&self, sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        self.undo(Padding::PKCS1, sealed)
            .map_err(|()| Kind::Decryption("RSA decryption failed: wrong key, or changed bytes").into())
    }

    /// Undoes [`PublicKey::wrap`]; `None` for whatever went wrong.
    pub(super) fn unwrap(&self, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.undo(Padding::PKCS1_OAEP, wrapped).ok().map(Zeroizing::new)
    }

    fn undo(&self, padding: Padding, sealed: &[u8]) -> Result<Vec<u8>, ()> {
        let key = self.key.get().0.as_ref().ok_or(())?;
        // The errors of OpenSSL tell one failure from another, which is nobody's business.
        decrypt(key, padding, sealed).map_err(|_: ErrorStack| ())
    }
}

fn decrypt(key: &PKeyRef<Private>, padding: Padding, sealed: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut decrypter = Decrypter::new(key)?;
    decrypter.set_rsa_padding(padding)?;
    if padding == Padding::PKCS1_OAEP {
        decrypter.set_rsa_oaep_md(MessageDigest::sha256())?;
        decrypter.set_rsa_mgf1_md(MessageDigest::sha256())?;
    }
    // As long as OpenSSL asks for, which is the modulus: what is beyond the plaintext is wiped.
    let mut out = Zeroizing::new(vec![0; decrypter.decrypt_len(sealed)?]);
    let length = decrypter.decrypt(sealed, &mut out)?;
    Ok(out[..length].to_vec())
}

/// Without the callback OpenSSL would ask for a passphrase on the terminal.
fn private(pem: &[u8]) -> Result<Rsa<Private>, ErrorStack> {
    Rsa::private_key_from_pem_callback(pem, |_| Ok(0))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// PEMs of a new key: private, public.
    pub(in crate::cipher) fn pair(bits: u32) -> (Vec<u8>, Vec<u8>) {
        let rsa = Rsa::generate(bits).expect("a key");
        (rsa.private_key_to_pem().expect("PEM"), rsa.public_key_to_pem().expect("PEM"))
    }

    #[test]
    fn a_direct_payload_is_as_long_as_the_modulus_and_comes_back() {
        let (private, public) = pair(2048);
        let (private, public) = (PrivateKey::parse(&private).unwrap(), PublicKey::parse(&public).unwrap());
        for plain in [&b""[..], b"x", &[7; 245]] {
            let sealed = public.encrypt(plain).unwrap();
            assert_eq!(sealed.len(), 256);
            assert_eq!(private.decrypt(&sealed).unwrap(), plain);
        }
        let error = public.encrypt(&[7; 246]).unwrap_err();
        assert_eq!(error.kind, Kind::PayloadTooLarge { bytes: 246, limit: 245 });
    }

    #[test]
    fn keys_are_read_in_all_their_forms_and_nothing_else_is() {
        let rsa = Rsa::generate(2048).unwrap();
        let pkcs8 = PKey::from_rsa(rsa.clone()).unwrap().private_key_to_pem_pkcs8().unwrap();
        assert!(PublicKey::parse(&rsa.public_key_to_pem_pkcs1().unwrap()).is_ok());
        assert!(PrivateKey::parse(&pkcs8).is_ok());
        let locked =
            rsa.private_key_to_pem_passphrase(openssl::symm::Cipher::aes_128_cbc(), b"secret").unwrap();
        for bad in [&b""[..], b"-----BEGIN PUBLIC KEY-----", &rsa.public_key_to_pem().unwrap(), &locked] {
            assert!(matches!(PrivateKey::parse(bad).err().unwrap().kind, Kind::Key(_)));
        }
        let private = PublicKey::parse(&pkcs8).err().unwrap();
        assert!(private.to_string().contains("private key"));
        let curve = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
        let curve = PKey::from_ec_key(openssl::ec::EcKey::generate(&curve).unwrap()).unwrap();
        assert!(PublicKey::parse(&curve.public_key_to_pem().unwrap()).is_err());
        assert!(PrivateKey::parse(&curve.private_key_to_pem_pkcs8().unwrap()).is_err());
    }
}
